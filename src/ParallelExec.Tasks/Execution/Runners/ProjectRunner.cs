using ParallelExec.Model;

namespace ParallelExec.Execution.Runners;

/// <summary>
/// Builds projects through the engine. The engine takes one request at a time from us, but any number of projects in it: those that are
/// asked for while a request runs go together into the next one.
/// </summary>
internal sealed class ProjectRunner(IProjectBuilder builder)
{
    private readonly Lock gate = new();
    private List<ProjectRequest> waiting = [];
    private bool building;
    private int expected;

    public async Task<RunnerResult> RunAsync(ProjectWork project, AttemptContext context)
    {
        if (context.Ended.IsCancellationRequested)
            return new RunnerResult(RunnerEnd.Stopped);
        var request = new ProjectRequest(context.Planned.Id, project, context.Attempt);
        lock (gate)
            waiting.Add(request);
        context.Expected?.Dispose();
        // The first attempt waits for the others of its wave; a later one has nobody to wait for.
        if (context.Attempt > 1)
            Flush();
        ProjectOutcome outcome = await request.Ended.Task.ConfigureAwait(false);
        return new RunnerResult(RunnerEnd.ProjectEnded)
        {
            ExitCode = outcome.Succeeded ? 0 : 1,
            StartedAt = outcome.StartedAt,
            Problem = $"{Path.GetFileName(project.ProjectFile)} failed{(project.Targets.IsEmpty ? "" : $" (targets {string.Join(", ", project.Targets)})")}",
        };
    }

    /// <summary>Of a project it is looked whether it has to be built: those beside it wait, so that all go together.</summary>
    /// <returns>To be disposed when it waits with the others, or need not be built; the first time counts.</returns>
    public IDisposable Expect()
    {
        lock (gate)
            expected++;
        return new Expectation(this);
    }

    /// <summary>Sends what waits to the engine, unless a request is under way, or more is expected.</summary>
    public void Flush()
    {
        List<ProjectRequest> round;
        lock (gate)
        {
            if (building || waiting.Count == 0 || expected > 0)
                return;
            building = true;
            (round, waiting) = (waiting, []);
        }
        _ = BuildAsync(round);
    }

    private sealed class Expectation(ProjectRunner runner) : IDisposable
    {
        private bool over;

        public void Dispose()
        {
            lock (runner.gate)
            {
                if (over)
                    return;
                over = true;
                runner.expected--;
            }
            runner.Flush();
        }
    }

    private async Task BuildAsync(List<ProjectRequest> round)
    {
        try
        {
            await builder.BuildAsync(round).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            foreach (ProjectRequest request in round)
                request.Ended.TrySetException(e);
        }
        lock (gate)
            building = false;
        Flush();
    }
}

/// <summary>One project for the engine. Whoever builds it completes <see cref="Ended"/>.</summary>
internal sealed record ProjectRequest(string SubtaskId, ProjectWork Project, int Attempt)
{
    public TaskCompletionSource<ProjectOutcome> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <param name="StartedAt">When the engine had a node for it; null where that is not known.</param>
internal sealed record ProjectOutcome(bool Succeeded, DateTimeOffset? StartedAt);

/// <summary>The engine that runs this build.</summary>
internal interface IProjectBuilder
{
    /// <summary>Builds all of them in one request; ends when all have ended.</summary>
    Task BuildAsync(IReadOnlyList<ProjectRequest> round);
}
