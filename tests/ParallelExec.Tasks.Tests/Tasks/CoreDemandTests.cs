using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Tasks;

namespace ParallelExec.Tests.Tasks;

/// <summary>The engine has its cores back while nothing of the run computes.</summary>
public class CoreDemandTests
{
    private readonly List<bool> told = [];
    private readonly CoreDemand demand;

    private readonly ExecutionPlan plan = Given.Plan(Given.Options, [
        Given.Subtask("a"), Given.Subtask("b"), Given.Subtask("waits") with { Cores = 0 },
        Given.Subtask("project") with { Work = new ProjectWork("/p.proj", [], [], IsDeclaringProject: false) }]);

    public CoreDemandTests() => demand = new CoreDemand(told.Add);

    [Fact]
    public void Commands_need_them_until_none_has_run_for_a_while()
    {
        Start("a");
        Assert.Equal([true], told);
        Start("b");
        End("a");
        Tick(5);
        End("b");
        Tick(1);
        Start("a");
        End("a");
        Tick(1);
        Assert.Equal([true], told);
        Tick(1);
        Assert.Equal([true, false], told);
        Tick(5);
        Start("b");
        Assert.Equal([true, false, true], told);
    }

    [Fact]
    public void What_only_waits_and_what_the_engine_builds_needs_none()
    {
        Start("waits");
        Start("project");
        Tick(5);
        Assert.Empty(told);
    }

    private void Start(string id) => demand.On(new SubtaskStarted(plan.Find(id), DateTimeOffset.UnixEpoch));

    private void End(string id) => demand.On(new SubtaskEnded(plan.Find(id), Given.Succeeded));

    private void Tick(int times)
    {
        for (int i = 0; i < times; i++)
            demand.On(new Tick(DateTimeOffset.UnixEpoch));
    }
}
