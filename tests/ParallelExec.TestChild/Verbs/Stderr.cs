namespace ParallelExec.TestChild.Verbs;

internal static class Stderr
{
    internal static readonly Verb Verb = new("stderr", "TEXT...", "prints each TEXT on standard error", 1, Run);

    private static int Run(string[] args)
    {
        foreach (string each in args)
            Streams.Error.WriteLine(each);
        return ExitCodes.Success;
    }
}
