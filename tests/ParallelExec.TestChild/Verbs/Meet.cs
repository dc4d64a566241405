namespace ParallelExec.TestChild.Verbs;

/// <summary>A rendezvous: it ends well only if COUNT of them were alive at the same time.</summary>
internal static class Meet
{
    internal static readonly Verb Verb =
        new("meet", "DIR NAME COUNT [SECONDS]", "writes DIR/NAME.<pid>, waits until COUNT have done so", 3, Run);

    private static int Run(string[] args)
    {
        (string directory, string name, int count) = (args[0], args[1], int.Parse(args[2]));
        TimeSpan patience = args.Length > 3 ? Files.Seconds(args[3]) : Files.DefaultPatience;
        string own = Path.Combine(directory, $"{name}.{Environment.ProcessId}");
        Files.Publish(own, "");
        if (Files.WaitUntil(() => Announced(directory, name) >= count, patience))
            return ExitCodes.Success;
        // One that gave up is not there any more for those that come later.
        File.Delete(own);
        return ExitCodes.TimedOut;
    }

    private static int Announced(string directory, string name) =>
        Directory.EnumerateFiles(directory, name + ".*")
            .Count(path => Path.GetFileName(path)[(name.Length + 1)..].All(char.IsAsciiDigit));
}
