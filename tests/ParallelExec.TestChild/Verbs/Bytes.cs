namespace ParallelExec.TestChild.Verbs;

internal static class Bytes
{
    internal static readonly Verb Verb = new("bytes", "COUNT", "prints binary noise, the same each time", 1, Run);

    private static int Run(string[] args)
    {
        byte[] noise = new byte[int.Parse(args[0])];
        uint state = 2463534242;
        for (int index = 0; index < noise.Length; index++)
        {
            // xorshift32, Marsaglia 2003: a fixed seed of System.Random may give other numbers in another runtime.
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            noise[index] = (byte)state;
        }
        Streams.Out.BaseStream.Write(noise);
        return ExitCodes.Success;
    }
}
