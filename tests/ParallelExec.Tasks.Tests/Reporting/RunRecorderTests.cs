using ParallelExec.Events;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.State;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Reporting;

public sealed class RunRecorderTests : IDisposable
{
    private readonly TestFolder folder = new("recorder");
    private readonly RecordingLog log = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_that_is_gone_is_told_once_for_all_files()
    {
        RunOptions options = Given.Options with { Directory = folder.Combine("gone"), ReportMarkdown = true };
        ExecutionPlan plan = Given.Plan(options, [Given.Subtask("a")]);
        var recorder = new RunRecorder(plan, options, new History(), new Lazy<FileHashes>(() => FileHashes.Load(options.Directory)), log, masker: null);
        recorder.On(new RunStarted(DateTimeOffset.UnixEpoch));
        recorder.On(new RunEnded(new RunResult { Plan = plan, Results = [Given.Succeeded], StartedAt = DateTimeOffset.UnixEpoch, Duration = TimeSpan.Zero }));

        Assert.StartsWith("warning PEX4002: A file in", Assert.Single(log.Lines), StringComparison.Ordinal);
    }
}
