namespace ParallelExec.Model;

/// <summary>What an agent's work has cost, as its command line tells it; each null where it does not, none below zero.</summary>
/// <param name="InputTokens">All that the model was sent, with what came from its service's cache.</param>
/// <param name="OutputTokens">All that it said.</param>
/// <param name="CostUsd">In US dollars, as the command line counts them.</param>
/// <param name="Turns">Answers of the model.</param>
internal sealed record AgentUsage(long? InputTokens, long? OutputTokens, decimal? CostUsd, int? Turns)
{
    public static AgentUsage None { get; } = new(null, null, null, null);

    public bool IsKnown => InputTokens is not null || OutputTokens is not null || CostUsd is not null || Turns is not null;

    /// <summary>Of two attempts. What only one of them tells is at least that much.</summary>
    public AgentUsage Plus(AgentUsage? other) => other is null ? this : new AgentUsage(
        Sum(InputTokens, other.InputTokens),
        Sum(OutputTokens, other.OutputTokens),
        CostUsd is { } cost && other.CostUsd is { } more ? cost + more : CostUsd ?? other.CostUsd,
        (int?)Sum(Turns, other.Turns, int.MaxValue));

    private static long? Sum(long? one, long? other, long most = long.MaxValue) =>
        one is { } a && other is { } b ? a > most - b ? most : a + b : one ?? other;
}
