using System.Collections.Immutable;
using ParallelExec.Execution.Testing;
using ParallelExec.Model;
using ParallelExec.TestResults;

namespace ParallelExec.Execution.Runners;

/// <summary>Runs the tests of one part, as often as it has to be: each time in a process of its own, with results of its own.</summary>
internal sealed class TestHost(ProcessRunner processes, DotnetHost dotnet, string program, string folder, TestWork work,
    AttemptContext context)
{
    private int goes;

    public string SubtaskId => context.Planned.Id;

    /// <summary>It tells each test's beginning and end without being asked.</summary>
    public bool TellsTests => work.Platform == TestPlatform.TestingPlatform && XunitCommand.IsFor(work);

    /// <summary>It writes down from the beginning which test runs.</summary>
    public bool IsWatched => TellsTests || context.Planned.Subtask.Timeout is not null;

    public async Task<TestGo> RunAsync(TestSelection selection, bool blame)
    {
        string own = Path.Combine(folder, $"{++goes}");
        Directory.CreateDirectory(own);
        TestCommand command = Command(selection, own, blame);
        AttemptContext mine = goes == 1 ? context : context with { AppendToLog = true };
        long from = mine.AppendToLog && File.Exists(context.LogFile) ? new FileInfo(context.LogFile).Length : 0;
        RunnerResult ran = await processes.RunAsync(command.Tool, mine).ConfigureAwait(false);
        TrxContent? content = TrxReader.TryRead(command.TrxFile);
        // What the system says of a process that died; 3 and 7 are Microsoft.Testing.Platform's words for it.
        bool died = ran.End == RunnerEnd.Stopped || content is null or { IsAborted: true } || ran.ExitCode is < 0 or >= 128
            || (work.Platform == TestPlatform.TestingPlatform && ran.ExitCode is (3 or 7));
        ImmutableArray<string> running = !died || ran.End == RunnerEnd.Stopped ? []
            : RunningTests.InStackTrace(context.LogFile, from, work.Assembly);
        if (died && running.IsEmpty)
            running = command.TellsTests ? RunningTests.InLog(context.LogFile, from)
                : work.Platform == TestPlatform.VSTest ? RunningTests.InSequence(own) : PlatformDiagnostics.Running(own);
        return new TestGo(SubtaskId, ran, content, running, command.TrxFile)
        {
            HasDied = died,
            HasHung = died && work.Platform == TestPlatform.VSTest && IsWatched && RunningTests.HasHung(context.LogFile, from),
            ProjectFile = work.ProjectFile,
        };
    }

    private TestCommand Command(TestSelection selection, string own, bool blame) => work.Platform switch
    {
        TestPlatform.VSTest => VSTestCommand.For(work, selection, own, dotnet, program, blame, context.Planned.Subtask.Timeout),
        _ when TellsTests => XunitCommand.For(work, selection, own, program),
        _ => TestingPlatformCommand.For(work, selection, own, program, blame || IsWatched),
    };
}

/// <summary>What came of running tests once.</summary>
/// <param name="Content">Null where the host wrote none.</param>
/// <param name="Running">Tests that had begun and not ended when the host did.</param>
internal sealed record TestGo(string SubtaskId, RunnerResult Ran, TrxContent? Content, ImmutableArray<string> Running, string TrxFile)
{
    /// <summary>It did not come to its end, or wrote no results.</summary>
    public bool HasDied { get; init; }

    /// <summary>It was ended by who watched it, because no test ended any more.</summary>
    public bool HasHung { get; init; }

    /// <summary>Of the tests; absolute.</summary>
    public required string ProjectFile { get; init; }
}
