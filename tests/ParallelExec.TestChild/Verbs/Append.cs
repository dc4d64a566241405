namespace ParallelExec.TestChild.Verbs;

internal static class Append
{
    internal static readonly Verb Verb = new("append", "FILE TEXT", "appends TEXT as a line; two at once never mix", 2, Run);

    private static int Run(string[] args)
    {
        Files.AppendAtomically(args[0], args[1] + "\n");
        return ExitCodes.Success;
    }
}
