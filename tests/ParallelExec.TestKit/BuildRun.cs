namespace ParallelExec.TestKit;

/// <summary>A `dotnet` command that has ended.</summary>
/// <param name="CommandLine">As in the transcript.</param>
/// <param name="ExitCode">128 + the signal's number when a signal ended it.</param>
/// <param name="Output">Both streams, in the order in which their lines came.</param>
/// <param name="StandardOutput">Standard output alone.</param>
/// <param name="StandardError">Standard error alone.</param>
/// <param name="Duration">From start to exit.</param>
/// <param name="PipesClosed"><c>false</c>: something it started has outlived it and holds its output.</param>
public sealed record BuildRun(string CommandLine, int ExitCode, string Output, string StandardOutput, string StandardError,
    TimeSpan Duration, bool PipesClosed)
{
    private const string RunTarget = "RunParallelTasks";
    private const string PlanTarget = "PlanParallelTasks";

    public bool Succeeded => ExitCode == 0;

    public IReadOnlyList<string> Lines => Output.Split('\n');

    /// <summary>Each error once per time it was logged, whatever its code; the logger's closing summary does not count.</summary>
    public IReadOnlyList<DiagnosticLine> ErrorLines => DiagnosticLine.Parse(Output, "error");

    /// <summary>Each warning once per time it was logged, whatever its code; the logger's closing summary does not count.</summary>
    public IReadOnlyList<DiagnosticLine> WarningLines => DiagnosticLine.Parse(Output, "warning");

    /// <summary>What `-getTargetResult` gave: from the file of `-getResultOutputFile`, else from standard output.</summary>
    public string ResultJson { get; init; } = StandardOutput;

    /// <summary>`ParallelTaskResult` items: id, then metadata, in the order of the target's result.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Results => Items(RunTarget);

    /// <summary>`ParallelTaskPlan` items: id, then metadata, in the order of the target's result.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Plan => Items(PlanTarget);

    /// <summary>The items a target returned, by identity.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Items(string target) => TargetResults.Items(ResultJson, target);

    /// <summary><c>Success</c>, <c>Failure</c> or <c>Skipped</c>.</summary>
    public string TargetResult(string target) => TargetResults.Result(ResultJson, target);

    /// <summary>`Status` of a subtask; fails with the output when there is no such result.</summary>
    public string Status(string id) => Results.TryGetValue(id, out IReadOnlyDictionary<string, string>? result)
        ? result["Status"]
        : throw new InvalidOperationException($"no result for '{id}'.\n{this}");

    public bool HasError(string code) => ErrorLines.Any(line => line.Code == code);

    public bool HasWarning(string code) => WarningLines.Any(line => line.Code == code);

    /// <summary>Throws with the output unless the exit code is 0.</summary>
    public BuildRun EnsureSucceeded() => Succeeded ? this : throw new InvalidOperationException($"should have succeeded.\n{this}");

    /// <summary>Throws with the output unless the build failed in its own way: exit code 1, not a crash or a signal.</summary>
    public BuildRun EnsureFailed() => ExitCode == 1 ? this : throw new InvalidOperationException($"should have failed with exit code 1.\n{this}");

    public override string ToString() => $"`{CommandLine}` exited with {ExitCode}:\n{Output}";
}
