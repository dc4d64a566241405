using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>What people type after a run that is not done: an answer, or what the end of the run tells them to.</summary>
public sealed class AskingTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public async Task A_question_is_answered_by_the_command_that_is_told_and_the_next_run_goes_on_with_it()
    {
        const string Ask =
            "cat > obj/$1.prompt; grep -q 'red, or blue' obj/$1.prompt && touch out || echo 'NEEDS INPUT: Which colour?'";
        folder.Write("agent.sh", Ask);
        folder.Write("tasks/f/task.json", "{}");
        folder.Write("tasks/f/subtask_01.json", """{"seq": "01", "suggested_agent": "Coder", "deliverables": ["./out"]}""");
        TargetsProject project = TargetsProject.Create(folder, p => p.ItemInclude(
            "ParallelAgent", "Coder", metadata: new Dictionary<string, string?> { ["Tool"] = "sh", ["Arguments"] = "agent.sh;{id}" }));
        const string Folder = "-p:ParallelExecTaskFolder=tasks";
        BuildRun run = (await project.RunAsync("RunParallelTasks", Folder)).EnsureSucceeded();
        Assert.Equal(("PEX6012", "Blocked"), (Assert.Single(run.WarningLines).Code, run.Status("f-01")));
        string command = $"-t:AnswerParallelTask -p:ParallelExecOnly=f-01 \"-p:ParallelExecSummary=the answer\" {Folder}";
        Assert.Contains(command, run.Output, StringComparison.Ordinal);
        BuildRun status = (await project.RunAsync("ShowParallelTasks", Folder)).EnsureSucceeded();
        Assert.Contains("f-01 (asks: Which colour?)", status.Output, StringComparison.Ordinal);
        Assert.Contains(command, status.Output, StringComparison.Ordinal);

        BuildRun nobody = (await project.RunAsync("AnswerParallelTask", Folder, "-p:ParallelExecOnly=f-02")).EnsureFailed();
        Assert.Equal("PEX1004 PEX2006", string.Join(' ', nobody.ErrorLines.Select(line => line.Code).Order()));
        string[] answer = [Folder, "-p:ParallelExecOnly=f-01", "-p:ParallelExecSummary=red%2C or blue"];
        (await project.RunAsync("AnswerParallelTask", answer)).EnsureSucceeded();
        Assert.Contains("\"status\": \"pending\"", folder.Read("tasks/f/subtask_01.json"), StringComparison.Ordinal);
        Assert.Equal("Succeeded", (await project.RunAsync("RunParallelTasks", Folder)).EnsureSucceeded().Status("f-01"));
    }
}
