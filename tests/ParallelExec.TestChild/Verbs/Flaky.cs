namespace ParallelExec.TestChild.Verbs;

internal static class Flaky
{
    internal static readonly Verb Verb = new("flaky", "COUNTERFILE N", "fails the first N times, then succeeds", 2, Run);

    private static int Run(string[] args)
    {
        Files.AppendAtomically(args[0], "x");
        return new FileInfo(args[0]).Length <= long.Parse(args[1]) ? 1 : ExitCodes.Success;
    }
}
