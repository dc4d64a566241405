using ParallelExec.Model;

namespace ParallelExec.Execution.Runners;

/// <summary>
/// Builds projects through the engine. The engine takes one request at a time from us, but any number of projects in it: those that are
/// asked for while a request runs go together into the next one.
/// </summary>
internal sealed class ProjectRunner(IProjectBuilder builder)
{
    /// <summary>
    /// A signal to the group reaches the programs of a project before we are told: so long one that has failed waits for the word.
    /// </summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(0.5);

    private readonly Lock gate = new();
    private List<ProjectRequest> waiting = [];
    private bool building;
    private int expected;

    public async Task<RunnerResult> RunAsync(ProjectWork project, AttemptContext context)
    {
        if (context.Ended.IsCancellationRequested)
            return new RunnerResult(RunnerEnd.Stopped);
        if (Unreadable(project) is { } unreadable)
            return new RunnerResult(RunnerEnd.NotStarted) { Problem = unreadable };
        Subtask subtask = context.Planned.Subtask;
        var request = new ProjectRequest(context.Planned.Id, project, context.Attempt)
        {
            MayFail = subtask.ContinueOnError != ContinueOnError.False || context.Attempt <= subtask.Retries,
        };
        lock (gate)
            waiting.Add(request);
        context.Expected?.Dispose();
        // The first attempt waits for the others of its wave; a later one has nobody to wait for.
        if (context.Attempt > 1)
            Flush();
        ProjectOutcome outcome = await request.Ended.Task.ConfigureAwait(false);
        if (!outcome.Succeeded && outcome.Refused.Length == 0 && await IsStoppedAsync(context.Ended).ConfigureAwait(false))
            return new RunnerResult(RunnerEnd.Stopped) { StartedAt = outcome.StartedAt, Ran = outcome.Ran };
        if (outcome.Refused.Length > 0)
            return new RunnerResult(RunnerEnd.NotStarted) { Problem = outcome.Refused };
        return new RunnerResult(RunnerEnd.ProjectEnded)
        {
            ExitCode = outcome.Succeeded ? 0 : 1,
            StartedAt = outcome.StartedAt,
            Ran = outcome.Ran,
            Problem = $"{Path.GetFileName(project.ProjectFile)} "
                + $"failed{(project.Targets.IsEmpty ? "" : $" (targets {string.Join(", ", project.Targets)})")}",
        };
    }

    private static async Task<bool> IsStoppedAsync(CancellationToken ended)
    {
        try
        {
            await Task.Delay(StopPatience, ended).ConfigureAwait(false);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    // The engine would wait for ever for somebody to write into a pipe. Neither it nor a device has a length.
    private static string? Unreadable(ProjectWork project)
    {
        if (project.IsDeclaringProject)
            return null;
        var file = new FileInfo(project.ProjectFile);
        return !file.Exists ? $"the project '{project.ProjectFile}' is not there any more"
            : file.Length == 0 ? $"'{project.ProjectFile}' is no project: it is empty, or not a file"
            : null;
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
    /// <summary>When it fails, the run does not yet: the failure is forgiven, or there is another attempt.</summary>
    public bool MayFail { get; init; }

    public TaskCompletionSource<ProjectOutcome> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>How the build of a project went.</summary>
internal sealed record ProjectOutcome(bool Succeeded)
{
    /// <summary>When the engine had a node for it; null where that is not known.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How long it took from then on; null where that is not known.</summary>
    public TimeSpan? Ran { get; init; }

    /// <summary>Why the engine did not build it; empty = it did.</summary>
    public string Refused { get; init; } = "";
}

/// <summary>The engine that runs this build.</summary>
internal interface IProjectBuilder
{
    /// <summary>Builds all of them in one request; ends when all have ended.</summary>
    Task BuildAsync(IReadOnlyList<ProjectRequest> round);
}
