namespace ParallelExec.TestChild.Verbs;

internal static class Signal
{
    internal static readonly Verb Verb = new("signal", "DIR NAME", "creates the file DIR/NAME", 2, Run);

    private static int Run(string[] args)
    {
        Files.Publish(Path.Combine(args[0], args[1]), "");
        return ExitCodes.Success;
    }
}
