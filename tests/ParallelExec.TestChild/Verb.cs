namespace ParallelExec.TestChild;

/// <summary>One thing the program can do. <paramref name="Run"/> gets what follows the verb and returns the exit code.</summary>
internal sealed record Verb(string Name, string Usage, string Summary, int MinimumArguments, Func<string[], int> Run);
