namespace ParallelExec.TestChild.Verbs;

internal static class Stdin
{
    internal static readonly Verb Verb = new("stdin", "", "reads standard input to its end, prints the number of bytes", 0, Run);

    private static int Run(string[] args)
    {
        using Stream input = Console.OpenStandardInput();
        byte[] buffer = new byte[64 * 1024];
        long total = 0;
        for (int read; (read = input.Read(buffer)) > 0;)
            total += read;
        Streams.Out.WriteLine(total);
        return ExitCodes.Success;
    }
}
