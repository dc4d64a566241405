using System.Collections.Concurrent;
using System.Text;
using ParallelExec.Exchange;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Agents;

/// <summary>Puts an agent's prompt together. Context files are read once for all subtasks of a run.</summary>
/// <param name="objectives">What a feature is for, by group.</param>
internal sealed class PromptText(RunOptions options, IReadOnlyDictionary<string, string> objectives)
{
    /// <summary>In characters. Context files that would make it longer are named, not quoted.</summary>
    public const int Longest = 400_000;

    /// <summary>A longer file is named, not quoted, in bytes: the agent reads of it what it needs.</summary>
    private const int LongestQuoted = 20_000;

    /// <summary>Stands in each prompt.</summary>
    public const string Asking = "## Asking\n\n"
        + $"If, and only if, you can not do this without a decision that only a person can make, change nothing, "
        + $"and end with a last line that begins with `{Question.Mark}` and asks for it. You will be started again with the answer.";

    private readonly ConcurrentDictionary<string, string?> quoted = new(StringComparer.Ordinal);

    /// <param name="received">What the subtask's dependencies have handed on.</param>
    /// <param name="feedback">What its attempts before came to; null = there were none.</param>
    /// <param name="answers">What people have answered it.</param>
    public string For(
        PlannedSubtask planned, IReadOnlyList<HandedOn> received, IReadOnlyList<Question>? answers = null,
        Feedback? feedback = null)
    {
        Subtask subtask = planned.Subtask;
        var work = (AgentWork)subtask.Work;
        var text = new StringBuilder();
        text.Append("# ").Append(subtask.Title.Length > 0 ? subtask.Title : subtask.Id).Append('\n');
        if (objectives.TryGetValue(subtask.Group, out string? objective) && objective.Length > 0)
            Paragraph($"It is a part of: {objective}");
        // A command line that knows no agents is told here who it is.
        if (work.Command is { AgentName.Length: > 0, Preset: not null } command && AgentPreset.Find(command.Preset)!.AgentArguments.IsEmpty)
            Paragraph($"You work as {command.AgentName}.");
        if (work.Prompt.Length > 0)
            Paragraph(work.Prompt.Trim());
        List("Acceptance criteria", subtask.AcceptanceCriteria);
        List("Files to write (they are checked)", subtask.Outputs.Select(output => output.Declared));
        if (subtask.Verify is { } verify)
            Paragraph($"This command must pass afterwards: `{verify.CommandLine.Trim()}`");
        if (subtask.TaskFile is { Details.Length: > 0 } file)
            Paragraph($"## More about it\n\n```json\n{file.Details}\n```");
        AppendTeam(text, subtask);
        foreach (HandedOn from in received)
        {
            Paragraph($"## Handed on by {from.Id}");
            if (!from.Values.IsEmpty)
                Paragraph(string.Join('\n', from.Values.Select(value => $"{value.Key}={value.Value}")));
            if (from.Notes.Length > 0)
                Paragraph(from.Notes);
        }
        if (!planned.Dependents.IsEmpty || subtask.Team is not null)
        {
            Paragraph("## Handing on");
            Paragraph($"What those who work after you{(subtask.Team is null ? "" : ", and your team,")} should know, append to the file "
                + $"`{HandOverFiles.NotesOf(options, subtask)}`.");
            Paragraph($"Values for them go, as lines NAME=value, into the file `{HandOverFiles.OutputOf(options, subtask)}`.");
        }
        foreach ((string question, string answer) in answers ?? [])
            Paragraph($"## You have asked a person\n\n{question.Trim()}\n\nThe answer is:\n\n{answer.Trim()}");
        if (feedback is not null)
            Paragraph(feedback.Text());
        Paragraph(Asking);
        AppendContext(text, subtask);
        return text.ToString();

        void Paragraph(string paragraph) => text.Append('\n').Append(paragraph).Append('\n');

        void List(string heading, IEnumerable<string> entries)
        {
            string[] lines = [.. entries];
            if (lines.Length > 0)
                Paragraph($"## {heading}\n\n{string.Join('\n', lines.Select(line => $"- {line}"))}");
        }
    }

    private static void AppendTeam(StringBuilder text, Subtask subtask)
    {
        if (subtask.Team is not { } team)
            return;
        text.Append("\n## Your team: ").Append(team.Name).Append('\n');
        if (subtask.Role.Length > 0)
            text.Append("\nYour role: ").Append(subtask.Role).Append('\n');
        text.Append("\nThe team shares `").Append(team.SharedContext)
            .Append("`. Read it again when you need to know how far the others are; do not write to it.\n");
        // Not remembered: it grows while the run goes on.
        if (Quote(team.SharedContext) is { } content)
            text.Append("\nAt this moment it says:\n\n").Append(content.TrimEnd()).Append('\n');
    }

    private void AppendContext(StringBuilder text, Subtask subtask)
    {
        if (subtask.ContextFiles.IsEmpty)
            return;
        text.Append("\n## Context\n");
        foreach (string file in subtask.ContextFiles)
        {
            string name = Path.GetRelativePath(options.ProjectDirectory, file);
            string? content = quoted.GetOrAdd(file, Quote);
            if (content is null || text.Length + content.Length > Longest)
                text.Append("\n- read `").Append(name).Append("`\n");
            else
                text.Append("\n### ").Append(name).Append("\n\n").Append(content.TrimEnd()).Append('\n');
        }
    }

    /// <summary>Null where it can only be named: it is long, no text, no plain file, or not there any more.</summary>
    private static string? Quote(string file)
    {
        try
        {
            byte[] bytes = PlainFile.ReadStart(file, LongestQuoted, out bool isCut);
            return isCut ? null : PlainFile.Text(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
