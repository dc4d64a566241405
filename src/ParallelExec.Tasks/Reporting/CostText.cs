using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Reporting;

/// <summary>What agents have cost, in words. Only what their command lines tell is known.</summary>
internal static class CostText
{
    /// <returns>Null where no command line has told anything.</returns>
    public static AgentUsage? All(RunResult run)
    {
        AgentUsage? all = null;
        foreach (SubtaskResult result in run.Results)
            all = result.Usage?.Plus(all) ?? all;
        return all;
    }

    /// <summary><c>12,345 tokens in, 678 out, 9 turns, $0.42</c>.</summary>
    public static string Of(AgentUsage usage) => string.Join(", ", new[]
    {
        usage.InputTokens is { } input ? $"{Wording.Large(input)} tokens in" : "",
        usage.OutputTokens is { } output ? $"{Wording.Large(output)}{(usage.InputTokens is null ? " tokens" : "")} out" : "",
        usage.Turns is { } turns ? Wording.Count(turns, "turn") : "",
        usage.CostUsd is { } cost ? Wording.Money(cost) : "",
    }.Where(text => text.Length > 0));

    /// <summary>A limit that nobody could keep is none; null where all that it is about has been told.</summary>
    public static Diagnostic? NotKept(RunResult run, RunOptions options)
    {
        PlannedSubtask[] worked = [.. run.Plan.Subtasks.Where(subtask =>
            subtask.Subtask.Work is AgentWork && run.Results[subtask.Index] is { Attempts: > 0 })];
        string[] costless = Silent(Limit(limit => limit.CostUsd is not null), usage => usage?.CostUsd is null);
        string[] tokenless = Silent(Limit(limit => limit.Tokens is not null), usage => usage?.Tokens is null);
        return costless.Length > 0
            ? Warning("MaxCost", costless, "what its work costs", " ParallelExecMaxTokens bounds it where it tells tokens.")
            : tokenless.Length > 0 ? Warning("MaxTokens", tokenless, "how many tokens it uses", "") : null;

        Func<AgentWork, bool> Limit(Func<SpendingLimit, bool> isSet) =>
            work => isSet(options.Spending) || (work.Command is { } command && isSet(command.Limit));

        string[] Silent(Func<AgentWork, bool> isLimited, Func<AgentUsage?, bool> isUnknown) => [.. worked
            .Where(subtask => isLimited((AgentWork)subtask.Subtask.Work) && isUnknown(run.Results[subtask.Index].Usage))
            .Select(subtask => subtask.Id)];

        static Diagnostic Warning(string name, string[] ids, string what, string cure) => Diagnostic.Warning(
            Codes.SpendingLimit,
            $"{Wording.Ids(ids)}: the command line does not tell {what}, so {name} says nothing about "
                + $"{(ids.Length == 1 ? "it" : "them")}.{cure}");
    }
}
