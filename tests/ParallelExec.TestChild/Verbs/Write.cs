namespace ParallelExec.TestChild.Verbs;

internal static class Write
{
    internal static readonly Verb Verb = new("write", "FILE TEXT", "replaces FILE by exactly TEXT", 2, Run);

    private static int Run(string[] args)
    {
        Files.Publish(args[0], args[1]);
        return ExitCodes.Success;
    }
}
