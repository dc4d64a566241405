using Orders;

try
{
    switch (args)
    {
        case ["store-up", string file]:
            HandOver.Give("CONNECTION", OrderStore.Create(file));
            return 0;

        case ["rates"]:
            if (HandOver.Attempt == 1)
            {
                Console.Error.WriteLine("The server is busy, try again later.");
                return 75;
            }

            HandOver.Give("EUR_USD", "1.25");
            return 0;

        case ["check", string suite]:
            int checks = Suites.Run(suite);
            Console.WriteLine($"{suite}: {checks} checks passed");
            HandOver.Give("CHECKS", $"{checks}");
            return 0;

        case ["soak"]:
            for (long round = 1; ; round++)
            {
                Suites.Soak(round);
            }

        case ["report", string file]:
            IEnumerable<string> rows = HandOver.All("CHECK_", "_CHECKS").Select(value => $"| {value.Name} | {value.Value} |");
            File.WriteAllText(file, $"| suite | checks |\n|---|---|\n{string.Join('\n', rows)}\n");
            return 0;

        default:
            Console.Error.WriteLine("usage: Orders store-up FILE | rates | check SUITE | soak | report FILE");
            return 2;
    }
}
catch (Exception e) when (e is IOException or InvalidOperationException)
{
    Console.Error.WriteLine($"Orders : error ORD001: {e.Message}");
    return 1;
}
