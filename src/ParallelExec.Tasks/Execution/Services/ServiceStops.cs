using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Services;

/// <summary>
/// What of a run is ended by itself: services, when nobody needs them any more, and what depends on one, when it dies. Used by the run's
/// loop only. A run without services has none of it.
/// </summary>
internal sealed class ServiceStops : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, CancellationTokenSource> stops = [];
    private readonly HashSet<int> served = [];
    private readonly Dictionary<int, (string Service, string Reason)> causes = [];

    /// <param name="dependents">All of it, directly or not.</param>
    /// <param name="all">Ends everything, also services.</param>
    public CancellationToken Service(PlannedSubtask service, IEnumerable<PlannedSubtask> dependents, CancellationToken all)
    {
        served.UnionWith(dependents.Select(dependent => dependent.Index));
        return With(service, all);
    }

    /// <param name="all">Ends all work.</param>
    public CancellationToken Other(PlannedSubtask subtask, CancellationToken all) =>
        served.Contains(subtask.Index) && !subtask.Subtask.Always ? With(subtask, all) : all;

    /// <summary>
    /// A service that dies takes the connections of its dependents with it, and those can be faster to fail than its end is to be told: so
    /// long a failure waits for its cause. Told of all else at once.
    /// </summary>
    public Action<SubtaskResult> WithPatience(PlannedSubtask subtask, Action<SubtaskResult> ended) => !served.Contains(subtask.Index)
        ? ended : result =>
    {
        if (result.IsFailure)
            _ = Task.Delay(Patience).ContinueWith(_ => ended(result), TaskScheduler.Default);
        else
            ended(result);
    };

    public void End(PlannedSubtask service) => _ = stops[service.Index].CancelAsync();

    /// <summary>It has died: those of its dependents that run have nothing to work with. Cleanup goes on.</summary>
    public void Died(PlannedSubtask service, string reason, IEnumerable<PlannedSubtask> running)
    {
        foreach (PlannedSubtask dependent in running.Where(dependent => !dependent.Subtask.Always && stops.ContainsKey(dependent.Index)))
        {
            causes.TryAdd(dependent.Index, (service.Id, reason));
            End(dependent);
        }
    }

    /// <summary>What was ended because its service died has failed because of that, whatever it says itself.</summary>
    public SubtaskResult Judged(PlannedSubtask subtask, SubtaskResult result)
    {
        if (!causes.TryGetValue(subtask.Index, out (string Service, string Reason) cause)
            || (result.IsSuccess && subtask.Subtask.Service is null))
            return result;
        return result with
        {
            Status = SubtaskStatus.Failed,
            Code = Codes.ServiceFailed,
            Cause = cause.Service,
            Reason = $"its service '{cause.Service}' failed: {cause.Reason}",
            Record = null,
        };
    }

    public void Dispose()
    {
        foreach (CancellationTokenSource stop in stops.Values)
            stop.Dispose();
    }

    private CancellationToken With(PlannedSubtask subtask, CancellationToken all) =>
        (stops[subtask.Index] = CancellationTokenSource.CreateLinkedTokenSource(all)).Token;
}
