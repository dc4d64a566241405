using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Scheduling;

/// <summary>Subtasks that will not run, for one reason.</summary>
internal sealed record SkippedSubtasks(IReadOnlyList<PlannedSubtask> Subtasks, string Reason)
{
    /// <summary>Not null: a warning, beside the line that tells it.</summary>
    public string? Code { get; init; }

    /// <summary>What became of that on which they depend.</summary>
    public static string Past(SubtaskStatus status) => status switch
    {
        SubtaskStatus.TimedOut => "timed out",
        SubtaskStatus.Cancelled => "was cancelled",
        SubtaskStatus.Blocked => "waits for an answer",
        _ => "failed",
    };
}
