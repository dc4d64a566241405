using ParallelExec.Model;

namespace ParallelExec.Planning;

/// <summary>
/// Finds batches in which one subtask is expected to outlast all others together: running it beside them then saves next to nothing.
/// </summary>
internal static class Balance
{
    /// <summary>How many times as long as the rest together is told.</summary>
    private const int Factor = 5;

    /// <summary>Below this it does not matter.</summary>
    private static readonly TimeSpan WorthTelling = TimeSpan.FromSeconds(1);

    /// <summary>Only work that people cut by hand is looked at: of other work nobody wants to be told in each build.</summary>
    public static void Check(ExecutionPlan plan, List<Diagnostic> diagnostics)
    {
        for (int wave = 0; wave < plan.Waves.Length; wave++)
        {
            PlannedSubtask[] members = [.. plan.Waves[wave]];
            if (members.Length < 2 || !members.Any(IsCutByHand) || Expected(members) is not { } expected)
                continue;
            TimeSpan most = expected.Max();
            PlannedSubtask longest = members[Array.IndexOf(expected, most)];
            TimeSpan rest = expected.Aggregate(-most, (sum, each) => sum + each);
            if (most >= WorthTelling && most > rest * Factor)
            {
                diagnostics.Add(Diagnostic.Warning(
                    Codes.Unbalanced,
                    $"'{longest.Id}' is expected to take {Wording.Duration(most)}, the rest of batch {wave + 1} together "
                        + $"{Wording.Duration(rest)}. Split it, or move work to it from other batches.",
                    longest.Subtask.Origin));
            }
        }
    }

    /// <summary>
    /// As people have said it of all, else as it was declared or measured: hours that somebody wrote into a title are not compared with
    /// what an agent took. Null where it is not known of all.
    /// </summary>
    private static TimeSpan[]? Expected(PlannedSubtask[] members) =>
        OfAll(members, member => member.Subtask.EstimatedDuration ?? member.Subtask.TitledDuration)
            ?? OfAll(members, member =>
                member.Subtask.EstimatedDuration is null && member.Estimate == member.Subtask.TitledDuration ? null : member.Estimate);

    private static TimeSpan[]? OfAll(PlannedSubtask[] members, Func<PlannedSubtask, TimeSpan?> expected)
    {
        TimeSpan[] known = [.. members.Select(expected).OfType<TimeSpan>()];
        return known.Length == members.Length ? known : null;
    }

    private static bool IsCutByHand(PlannedSubtask planned) =>
        planned.Subtask is { TaskFile: not null } or { Work: AgentWork } or { EstimatedDuration: not null } or { TitledDuration: not null };
}
