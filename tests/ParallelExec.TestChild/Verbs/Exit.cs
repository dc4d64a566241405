namespace ParallelExec.TestChild.Verbs;

internal static class Exit
{
    internal static readonly Verb Verb = new("exit", "CODE", "exits with CODE", 1, Run);

    private static int Run(string[] args)
    {
        return int.Parse(args[0]);
    }
}
