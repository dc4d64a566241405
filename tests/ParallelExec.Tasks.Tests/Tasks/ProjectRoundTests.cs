using ParallelExec.Execution.Runners;
using ParallelExec.Model;
using ParallelExec.Tasks;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Tasks;

public sealed class ProjectRoundTests : IDisposable
{
    private readonly TestFolder folder = new("round");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_end_of_a_project_is_told_while_others_build()
    {
        ProjectRequest[] requests = [Request("a"), Request("b")];
        using ProjectRound round = ProjectRound.Begin(folder.Combine("1"), requests);
        ProjectRound.TellEnd(Order(1), Answer(succeeded: true));

        ProjectOutcome outcome = await requests[1].Ended.Task;

        Assert.Equal((true, TimeSpan.FromSeconds(3)), (outcome.Succeeded, outcome.Ran));
        Assert.False(requests[0].Ended.Task.IsCompleted);
        Assert.True(File.Exists(ProjectRound.OpenFile(folder.Combine("1"))));
        ProjectRound.TellEnd(Order(0), Answer(succeeded: false));
        Assert.False((await requests[0].Ended.Task).Succeeded);
    }

    [Fact]
    public async Task What_is_looked_at_once_is_removed()
    {
        ProjectRequest[] requests = [Request("a")];
        using ProjectRound round = ProjectRound.Begin(folder.Combine("1"), requests);
        ProjectRound.TellEnd(Order(0), Answer(succeeded: true));
        round.End([]);

        Assert.Empty(Directory.EnumerateFiles(folder.Combine("1"), "*", SearchOption.AllDirectories));
        Assert.True((await requests[0].Ended.Task).Succeeded);
    }

    // What looks is a timer: what it throws ends the process.
    [Fact]
    public async Task What_is_no_answer_is_passed_over()
    {
        ProjectRequest[] requests = [Request("a")];
        using ProjectRound round = ProjectRound.Begin(folder.Combine("1"), requests);
        foreach (string name in new[] { "0.failed.1.2.zz", "0.failed.1.2.A", "0.failed.9223372036854775807.1", "0", "9.succeeded.1.1", "x" })
            folder.Write(Path.Combine("1", "ended", name), "");
        round.End([Answer(succeeded: true)]);
        Assert.True((await requests[0].Ended.Task).Succeeded);
    }

    [Fact]
    public async Task Without_the_folder_the_engines_answer_counts()
    {
        ProjectRequest[] requests = [Request("a"), Request("b"), Request("c")];
        using ProjectRound round = ProjectRound.Begin(folder.Combine("1"), requests);
        Directory.Delete(folder.Combine("1"), recursive: true);
        ProjectRound.TellEnd(Order(0), Answer(succeeded: true));
        round.End([Answer(succeeded: true), Answer(succeeded: false) with { Refused = "it is odd: 'x;y'" }, null]);

        ProjectOutcome[] outcomes = await Task.WhenAll(requests.Select(request => request.Ended.Task));
        Assert.Equal([true, false, false], outcomes.Select(outcome => outcome.Succeeded));
        Assert.Equal("it is odd: 'x;y'", outcomes[1].Refused);
    }

    [Fact]
    public async Task Where_there_can_be_no_folder_the_engines_answer_counts()
    {
        folder.Write("file", "");
        ProjectRequest[] requests = [Request("a")];
        using ProjectRound round = ProjectRound.Begin(folder.Combine("file/1"), requests);
        Assert.False(round.IsOpen);
        round.End([Answer(succeeded: true)]);
        Assert.True((await requests[0].Ended.Task).Succeeded);
    }

    [Fact]
    public void An_end_that_can_not_be_told_keeps_nobody_waiting()
    {
        ProjectRequest[] requests = [Request("a")];
        using ProjectRound round = ProjectRound.Begin(folder.Combine("1"), requests);
        Directory.Delete(folder.Combine("1/ended"));
        ProjectRound.TellEnd(Order(0), Answer(succeeded: true));
        Assert.False(File.Exists(ProjectRound.OpenFile(folder.Combine("1"))));
    }

    [Fact]
    public void An_order_and_an_answer_are_what_they_were()
    {
        var request = new ProjectRequest("a", new ProjectWork("/x/é;%20.proj", ["A", "B;"], [new("P", "1;%3B\"")], IsDeclaringProject: true), 2);
        ProjectOrder order = ProjectOrder.FromProperty(ProjectOrder.For("/f;", 7, request).ToProperty());

        Assert.Equal(("/f;", 7, "/x/é;%20.proj", true, 2), (order.Folder, order.Number, order.ProjectFile, order.IsDeclaringProject, order.Attempt));
        Assert.Equal(["A", "B;"], order.Targets);
        Assert.Equal("1;%3B\"", order.Properties["P"]);
        Assert.Equal(Answer(succeeded: false) with { Refused = "é" }, ProjectAnswer.FromText((Answer(succeeded: false) with { Refused = "é" }).ToText()));
        Assert.Equal(Answer(succeeded: true), ProjectAnswer.FromText(Answer(succeeded: true).ToText()));
        Assert.Null(ProjectAnswer.FromText("succeeded.x.1"));
    }

    private ProjectOrder Order(int number) => new(folder.Combine("1"), number, "a.proj", IsDeclaringProject: false, Attempt: 1);

    private static ProjectRequest Request(string id) => new(id, new ProjectWork("a.proj", [], [], IsDeclaringProject: false), 1);

    private static ProjectAnswer Answer(bool succeeded) => new(succeeded, DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(3));
}
