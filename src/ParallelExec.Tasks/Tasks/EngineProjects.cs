using System.Collections;
using System.Diagnostics;
using Microsoft.Build.Framework;
using ParallelExec.Execution.Runners;

namespace ParallelExec.Tasks;

/// <summary>Projects of subtasks, built by the engine. Only for the engine's own thread, which must not be yielded.</summary>
internal sealed class EngineProjects(IBuildEngine9 engine, EngineLog log, string directory, string sdkDirectory, int nodeCount)
{
    private const string Target = "_ParallelExecRun";

    /// <summary>
    /// Targets that have failed and were forgiven: whoever asks for one by a request of its own is told that all is well.
    /// </summary>
    private readonly HashSet<string> forgiven = new(StringComparer.OrdinalIgnoreCase);
    private int rounds;

    /// <summary>All of them in one request.</summary>
    public void Build(IReadOnlyList<ProjectRequest> round)
    {
        ILookup<bool, ProjectRequest> requests = round.ToLookup(IsCalled);
        BuildOnEngine([.. requests[false]]);
        log.DrainTo(engine);
        foreach (ProjectRequest request in requests[true])
        {
            Call(request);
            log.DrainTo(engine);
        }
    }

    /// <summary>
    /// A target of the declaring project fails that project's build when another request has built it and it failed, whatever comes of
    /// it. The engine forgives only a target that a task of the project itself has called, with ContinueOnError on the task.
    /// </summary>
    private bool IsCalled(ProjectRequest request) =>
        request is { Attempt: 1, Project: { IsDeclaringProject: true, Properties.IsEmpty: true } project }
            && (request.MayFail || project.Targets.Any(forgiven.Contains));

    private void Call(ProjectRequest request)
    {
        DateTimeOffset startedAt = DateTimeOffset.UtcNow;
        long started = Stopwatch.GetTimestamp();
        bool succeeded = false;
        string refused = "";
        try
        {
            // No project: that is how CallTarget says it. Without outputs the engine fails at it.
            succeeded = engine.BuildProjectFilesInParallel(
                [null], [.. request.Project.Targets], [null], [null], [null], returnTargetOutputs: true).Result;
        }
        catch (Exception e)
        {
            refused = BuildParallelTaskProject.Refusal(e);
        }
        if (!succeeded)
            forgiven.UnionWith(request.Project.Targets);
        var answer = new ProjectAnswer(succeeded, startedAt, Stopwatch.GetElapsedTime(started)) { Refused = refused };
        request.Ended.TrySetResult(answer.Outcome);
    }

    private void BuildOnEngine(List<ProjectRequest> requests)
    {
        if (requests.Count == 0)
            return;
        string folder = Path.Combine(directory, "rounds", $"{++rounds}");
        using ProjectRound round = ProjectRound.Begin(folder, requests);
        List<Hashtable> properties =
            [.. requests.Select(
                (request, i) => new Hashtable { ["_ParallelExecRequest"] = ProjectOrder.For(folder, i, request).ToProperty() })];
        // While this thread waits, a node shows our log. It comes first: the projects can take a while.
        bool forwards = nodeCount > 1 && round.IsOpen && log.TryForwardTo(folder);
        if (forwards)
            properties.Insert(0, new Hashtable { ["_ParallelExecRound"] = ProjectOrder.Encode(folder) });
        List<string?> answers = [];
        try
        {
            answers = Ask(properties);
        }
        finally
        {
            log.StopForwarding(forwards ? ShowParallelTaskLog.ShownIn(folder, answers.Count > 0 ? answers[0] : null) : 0);
        }
        round.End([.. answers.Skip(forwards ? 1 : 0).Select(answer => answer is null ? null : ProjectAnswer.FromText(answer))]);
    }

    /// <returns>What each request answered; null where it did not come to that.</returns>
    private List<string?> Ask(List<Hashtable> properties)
    {
        BuildEngineResult result = engine.BuildProjectFilesInParallel(
            [.. properties.Select(_ => Path.Combine(sdkDirectory, "ParallelTasks.proj"))],
            [Target],
            [.. properties],
            [.. properties.Select(_ => Array.Empty<string>())],
            new string[properties.Count],
            returnTargetOutputs: true);
        return [.. (result.TargetOutputsPerProject ?? []).Select(outputs =>
            outputs.TryGetValue(Target, out ITaskItem[]? items) && items.Length > 0 ? items[0].ItemSpec : null)];
    }
}
