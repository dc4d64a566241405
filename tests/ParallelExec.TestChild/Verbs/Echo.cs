namespace ParallelExec.TestChild.Verbs;

internal static class Echo
{
    internal static readonly Verb Verb = new("echo", "ARGS...", "prints each argument on a line of its own", 0, Run);

    private static int Run(string[] args)
    {
        foreach (string each in args)
            Streams.Out.WriteLine(each);
        return ExitCodes.Success;
    }
}
