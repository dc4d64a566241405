using ParallelExec.Model;

namespace ParallelExec.Scheduling;

/// <summary>What agents have cost in a run, and whether more may be spent. Can be asked from any thread.</summary>
internal sealed class Spending(RunOptions options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, AgentUsage> ofItems = new(StringComparer.OrdinalIgnoreCase);
    private AgentUsage all = AgentUsage.None;

    public void Add(AgentWork work, AgentUsage? usage)
    {
        if (usage is null)
            return;
        lock (gate)
        {
            all = all.Plus(usage);
            if (work.Command is { Limit.IsNone: false } command)
                ofItems[command.Item] = usage.Plus(ofItems.GetValueOrDefault(command.Item));
        }
    }

    /// <returns>Why no agent may begin with this work any more, in words; null where one may.</returns>
    public string? WhyNotMore(AgentWork work)
    {
        lock (gate)
        {
            return options.Spending.Reached(all, name => $"ParallelExec{name}")
                ?? (work.Command is { Limit.IsNone: false } command && ofItems.TryGetValue(command.Item, out AgentUsage? spent)
                    ? command.Limit.Reached(spent, name => $"{name} of the agent '{command.Item}'") : null);
        }
    }
}
