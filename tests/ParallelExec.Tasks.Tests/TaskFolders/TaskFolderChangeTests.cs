using ParallelExec.Model;
using ParallelExec.TaskFolders;
using ParallelExec.Tests.Reporting;

namespace ParallelExec.Tests.TaskFolders;

public class TaskFolderChangeTests
{
    [Theory]
    [InlineData(200, "No subtask is named: say which with -p:ParallelExecOnly=ID.")]
    [InlineData(201, "ParallelExecSummary has 201 characters; expected at most 200.")]
    public void A_summary_of_what_was_done_has_at_most_200_characters(int length, string problem)
    {
        List<Diagnostic> diagnostics = [];
        using TaskFolderLock folders = TaskFolderLock.TryTake([], diagnostics)!;
        var change = new TaskFolderChange([], folders, new TaskFolderWriter([], new RecordingLog(), masker: null), [], diagnostics);
        Assert.Empty(change.Complete(new string('x', length), DateTimeOffset.UnixEpoch));
        Assert.Equal(problem, Assert.Single(diagnostics).Message);
    }
}
