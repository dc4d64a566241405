namespace ParallelExec.TestChild.Verbs;

internal static class Output
{
    internal static readonly Verb Verb = new("output", "NAME VALUE", "hands NAME=VALUE on through PARALLELEXEC_OUTPUT", 2, Run);

    private static int Run(string[] args)
    {
        if (Environment.GetEnvironmentVariable("PARALLELEXEC_OUTPUT") is not { Length: > 0 } path)
            return ExitCodes.NoEnvironment;
        Files.AppendAtomically(path, $"{args[0]}={args[1]}\n");
        return ExitCodes.Success;
    }
}
