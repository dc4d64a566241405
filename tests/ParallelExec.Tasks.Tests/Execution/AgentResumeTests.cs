using ParallelExec.Model;
using ParallelExec.Tests.Agents;

namespace ParallelExec.Tests.Execution;

/// <summary>Work of agents was paid for: it is not done again unless something has changed.</summary>
public sealed class AgentResumeTests : IDisposable
{
    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [UnixFact]
    public async Task An_agent_s_work_is_not_done_again_after_a_command_that_runs_each_time_and_after_its_output_was_edited()
    {
        Subtask[] all = [run.Shell("gen", "true"), run.Writing(Agent("a <- gen"), "a.txt"), Agent("b <- a"), run.Shell("after <- b", "true")];
        (await run.Async(all)).AllSucceeded();
        run.Folder.Write("a.txt", "edited by a person");
        Assert.Equal("Succeeded Resumed Resumed Succeeded", await StatusesAsync(all));
        Assert.Equal(["a", "b"], run.Folder.ReadLines("worked").Order());
    }

    [UnixFact]
    public async Task It_is_done_again_where_its_prompt_or_the_work_before_it_has_changed_or_its_output_is_gone()
    {
        Subtask[] all = [run.Writing(Agent("a"), "a.txt"), run.Shell("between <- a", "true"), Agent("b <- between"), Agent("other")];
        (await run.Async(all)).AllSucceeded();
        File.Delete(run.Folder.Combine("a.txt"));
        Assert.Equal("Succeeded Succeeded Succeeded Resumed", await StatusesAsync(all));
        all[3] = Agent("other", "Do something else.");
        Assert.Equal("Resumed Succeeded Resumed Succeeded", await StatusesAsync(all));
    }

    [UnixFact]
    public async Task A_value_that_a_command_hands_on_is_something_that_changes()
    {
        Subtask[] all = [run.Shell("gen", "cp value $PARALLELEXEC_OUTPUT"), Agent("a <- gen")];
        run.Folder.Write("value", "v=1");
        (await run.Async(all)).AllSucceeded();
        Assert.Equal("Succeeded Resumed", await StatusesAsync(all));
        run.Folder.Write("value", "v=2");
        Assert.Equal("Succeeded Succeeded", await StatusesAsync(all));
    }

    [UnixFact]
    public async Task Who_says_so_has_them_work_each_time()
    {
        (await run.Async(Agent("a"))).AllSucceeded();
        (await run.Async(Agent("a") with { Cache = false })).AllSucceeded();
        run.Options = run.Options with { Resume = false };
        (await run.Async(Agent("a"))).AllSucceeded();
    }

    private async Task<string> StatusesAsync(Subtask[] subtasks) =>
        string.Join(' ', (await run.Async(subtasks)).Run.Results.Select(result => result.Status));

    private Subtask Agent(string text, string prompt = "Do it.") => run.Agent(
        text, "cat > /dev/null; echo $PARALLELEXEC_TASK_ID >> worked; echo x >> $PARALLELEXEC_TASK_ID.txt", prompt: prompt);
}
