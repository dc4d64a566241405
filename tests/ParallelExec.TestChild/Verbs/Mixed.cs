namespace ParallelExec.TestChild.Verbs;

internal static class Mixed
{
    internal static readonly Verb Verb = new("mixed", "COUNT", "prints out 1, err 1, out 2, ... in turn on the two streams", 1, Run);

    private static int Run(string[] args)
    {
        int count = int.Parse(args[0]);
        for (int number = 1; number <= count; number++)
        {
            Streams.Out.WriteLine($"out {number}");
            Streams.Out.Flush();
            Streams.Error.WriteLine($"err {number}");
            Streams.Error.Flush();
        }
        return ExitCodes.Success;
    }
}
