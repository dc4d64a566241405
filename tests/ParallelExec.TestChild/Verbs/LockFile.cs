namespace ParallelExec.TestChild.Verbs;

/// <summary>Collides where two that must not overlap do.</summary>
internal static class LockFile
{
    internal static readonly Verb Verb =
        new("lock", "FILE [HOLD | DIR NAME [SECONDS]]", "takes FILE, holds it HOLD seconds or until DIR/NAME exists", 1, Run);

    private static int Run(string[] args)
    {
        try
        {
            new FileStream(args[0], FileMode.CreateNew).Dispose();
        }
        catch (IOException) when (File.Exists(args[0]))
        {
            return ExitCodes.Collision;
        }
        try
        {
            return Hold(args);
        }
        finally
        {
            File.Delete(args[0]);
        }
    }

    private static int Hold(string[] args)
    {
        if (args.Length == 1)
            return ExitCodes.Success;
        if (args.Length == 2)
        {
            Thread.Sleep(Files.Seconds(args[1]));
            return ExitCodes.Success;
        }
        string path = Path.Combine(args[1], args[2]);
        TimeSpan patience = args.Length > 3 ? Files.Seconds(args[3]) : Files.DefaultPatience;
        return Files.WaitUntil(() => File.Exists(path), patience) ? ExitCodes.Success : ExitCodes.TimedOut;
    }
}
