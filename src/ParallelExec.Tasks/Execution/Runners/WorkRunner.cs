using ParallelExec.Model;

namespace ParallelExec.Execution.Runners;

/// <summary>Gives each kind of work to the runner that can do it.</summary>
internal sealed class WorkRunner(ProcessRunner processes, ProjectRunner projects, AgentRunner agents, TestRunner tests)
{
    public Task<RunnerResult> RunAsync(Work work, AttemptContext context) => work switch
    {
        CommandWork or ToolWork => processes.RunAsync(work, context),
        ProjectWork project => projects.RunAsync(project, context),
        AgentWork agent => agents.RunAsync(agent, context),
        TestWork test => tests.RunAsync(test, context),
        MilestoneWork => Task.FromResult(RunnerResult.Exited(0)),
        _ => throw work.NotKnown(),
    };
}
