namespace ParallelExec.TestChild.Verbs;

internal static class Env
{
    internal static readonly Verb Verb = new("env", "NAMES...", "prints NAME=value lines; NAME alone when it is not set", 0, Run);

    private static int Run(string[] args)
    {
        foreach (string name in args)
            Streams.Out.WriteLine(Environment.GetEnvironmentVariable(name) is { } value ? $"{name}={value}" : name);
        return ExitCodes.Success;
    }
}
