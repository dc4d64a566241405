namespace ParallelExec.TestChild.Verbs;

internal static class Cwd
{
    internal static readonly Verb Verb = new("cwd", "", "prints the current directory, then PWD", 0, Run);

    private static int Run(string[] args)
    {
        Streams.Out.WriteLine(Environment.CurrentDirectory);
        Streams.Out.WriteLine(Environment.GetEnvironmentVariable("PWD"));
        return ExitCodes.Success;
    }
}
