using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>
/// A member of a team with <c>Tasks</c>: one subtask for each of them, one after the other, and a milestone that has the member's id.
/// </summary>
internal static class TaskChain
{
    /// <param name="member">As it was declared, with all that its parts have in common.</param>
    /// <returns>The subtask itself where it has no <c>Tasks</c>.</returns>
    public static IEnumerable<Subtask> Of(Subtask member, Declaration item)
    {
        if (member.Work is not AgentWork work || !item.Metadata.TryGetValue("Tasks", out MetadataValue? tasks) || tasks.IsEmpty)
            return [member];
        ImmutableArray<string> titles = tasks.List;
        bool areEstimated = titles.Any(title => TitleEstimate.In(title) is not null);
        return [.. titles.Select((title, index) => Part(index, title)), Whole()];

        Subtask Part(int index, string title) => member with
        {
            Id = IdOf(member.Id, index),
            Title = title,
            Work = work with { Prompt = PromptOf(index, title) },
            DependsOn = index == 0 ? member.DependsOn : [IdOf(member.Id, index - 1)],
            EstimatedDuration = areEstimated ? null : member.EstimatedDuration / titles.Length,
            TitledDuration = TitleEstimate.In(title),
            // They are about the whole, which is there with the last part. An agent that does not pass is told so, and tries again.
            AcceptanceCriteria = index == titles.Length - 1 ? member.AcceptanceCriteria : [],
            Verify = index == titles.Length - 1 ? member.Verify : null,
            // Which part writes which of them nobody has said.
            Outputs = [],
        };

        Subtask Whole() => new()
        {
            Id = member.Id,
            Work = new MilestoneWork(),
            Origin = member.Origin,
            Group = member.Group,
            Title = member.Title,
            DependsOn = [IdOf(member.Id, titles.Length - 1)],
            Always = member.Always,
            Cores = 0,
            ContinueOnError = member.ContinueOnError,
            WorkingDirectory = member.WorkingDirectory,
            Outputs = member.Outputs,
        };

        string PromptOf(int index, string title)
        {
            string whole = member.Title.Length > 0 ? member.Title : member.Id;
            string others = titles.Length == 1 ? "" : $"""
                This is part {index + 1} of {titles.Length} of "{whole}":

                {string.Join('\n', titles.Select((each, i) => $"{i + 1}. {each}"))}

                Do part {index + 1}, "{title}", and leave the other parts to those who work before and after you.
                """;
            string outputs = member.Outputs.IsEmpty ? ""
                : $"The parts together write {string.Join(", ", member.Outputs.Select(output => output.Declared))}.";
            return string.Join("\n\n", new[] { work.Prompt.Trim(), others.Replace("\r", "", StringComparison.Ordinal), outputs }
                .Where(text => text.Length > 0));
        }
    }

    /// <summary>Numbers begin with 1.</summary>
    private static string IdOf(string id, int index) => $"{id}:{Wording.Number(index + 1)}";
}
