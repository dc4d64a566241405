namespace ParallelExec.TestChild.Verbs;

internal static class Lines
{
    internal static readonly Verb Verb = new("lines", "COUNT [WIDTH] [PREFIX]", "prints PREFIX1, PREFIX2, ... filled with dots to WIDTH", 1, Run);

    private static int Run(string[] args)
    {
        int width = args.Length > 1 ? int.Parse(args[1]) : 0;
        string prefix = args.Length > 2 ? args[2] : "line ";
        int count = int.Parse(args[0]);
        for (int number = 1; number <= count; number++)
            Streams.Out.WriteLine($"{prefix}{number}".PadRight(width, '.'));
        return ExitCodes.Success;
    }
}
