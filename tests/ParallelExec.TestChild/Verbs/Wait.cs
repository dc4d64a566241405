namespace ParallelExec.TestChild.Verbs;

internal static class Wait
{
    internal static readonly Verb Verb = new("wait", "DIR NAME [SECONDS]", "waits until the file DIR/NAME exists", 2, Run);

    private static int Run(string[] args)
    {
        string path = Path.Combine(args[0], args[1]);
        TimeSpan patience = args.Length > 2 ? Files.Seconds(args[2]) : Files.DefaultPatience;
        return Files.WaitUntil(() => File.Exists(path), patience) ? ExitCodes.Success : ExitCodes.TimedOut;
    }
}
