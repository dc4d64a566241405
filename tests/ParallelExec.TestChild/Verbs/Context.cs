namespace ParallelExec.TestChild.Verbs;

internal static class Context
{
    internal static readonly Verb Verb = new("context", "", "prints the file named by PARALLELEXEC_CONTEXT", 0, Run);

    private static int Run(string[] args)
    {
        if (Environment.GetEnvironmentVariable("PARALLELEXEC_CONTEXT") is not { Length: > 0 } path)
            return ExitCodes.NoEnvironment;
        Streams.Out.Write(File.ReadAllText(path));
        return ExitCodes.Success;
    }
}
