using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.State;
using ParallelExec.Tests.Execution;
using ParallelExec.Tests.Files;

namespace ParallelExec.Tests.State;

/// <summary>What happens to the folder of a run while it runs is told, and is no fault of the run.</summary>
public sealed class StateFaultTests : IDisposable
{
    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [UnixTheory]
    [InlineData("removed")]
    [InlineData("folders")]
    [InlineData("pipes")]
    public async Task A_folder_that_is_spoiled_before_the_end_is_told_and_the_result_stands(string how)
    {
        run.Happens = happened =>
        {
            if (happened is not RunEnded)
                return;
            if (how == "removed")
                Directory.Delete(run.Folder.Combine("state"), recursive: true);
            foreach (string name in how == "removed" ? [] : new[] { "run.json", "history.json", "plan.json", "summary.md" })
            {
                run.Folder.Delete($"state/{name}");
                if (how == "pipes")
                    Pipe.Make(run.Folder.Combine("state", name));
                else
                    Directory.CreateDirectory(run.Folder.Combine("state", name, "in the way"));
            }
        };
        Run.Results results = await run.Async(run.Shell("a", "true"));
        results.AllSucceeded();
        Assert.Null(results.Run.Fault);
        Assert.Equal(how != "pipes", run.Log.Lines.Any(line => line.StartsWith($"warning {Codes.StateNotWritable}: ", StringComparison.Ordinal)));
    }

    [UnixFact]
    public async Task The_journal_keeps_nothing_of_subtasks_that_are_not_declared_any_more()
    {
        await run.Async(UpToDate("a"), UpToDate("b"), UpToDate("c"));
        await run.Async(UpToDate("c"));
        RunOptions options = run.Options with { Directory = run.Folder.Combine("state"), ProjectDirectory = run.Folder.Path };
        Assert.Equal(["c"], JournalReader.Read(options, []).Records.Keys);
    }

    private Subtask UpToDate(string id)
    {
        run.Folder.Write("in.txt", "1");
        return run.Shell(id, "true") with { Inputs = [new PathPattern("in.txt", run.Folder.Path)] };
    }
}
