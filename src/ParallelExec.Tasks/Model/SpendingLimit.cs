namespace ParallelExec.Model;

/// <summary>How much agents may cost before no more of them are started.</summary>
/// <param name="CostUsd">In US dollars; null = it does not matter.</param>
/// <param name="Tokens">Sent and received together; null = it does not matter.</param>
internal sealed record SpendingLimit(decimal? CostUsd, long? Tokens)
{
    public static readonly SpendingLimit None = new(null, null);

    public bool IsNone => CostUsd is null && Tokens is null;

    /// <param name="named">How who has set it calls a limit.</param>
    /// <returns>In words, where it is reached; null where it is not, or nobody knows.</returns>
    public string? Reached(AgentUsage spent, Func<string, string> named) =>
        CostUsd is { } most && spent.CostUsd >= most
            ? $"{Wording.Money(spent.CostUsd.Value)} of {Wording.Money(most)} spent ({named("MaxCost")})"
        : Tokens is { } tokens && spent.Tokens >= tokens
            ? $"{Wording.Large(spent.Tokens.Value)} of {Wording.Large(tokens)} tokens used ({named("MaxTokens")})"
        : null;
}
