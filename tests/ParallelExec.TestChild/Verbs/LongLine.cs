namespace ParallelExec.TestChild.Verbs;

internal static class LongLine
{
    internal static readonly Verb Verb = new("longline", "BYTES", "prints one line of BYTES letters", 1, Run);

    private static int Run(string[] args)
    {
        int left = int.Parse(args[0]);
        string block = new('x', 4096);
        for (; left > 0; left -= block.Length)
            Streams.Out.Write(block.AsSpan(0, Math.Min(left, block.Length)));
        Streams.Out.WriteLine();
        return ExitCodes.Success;
    }
}
