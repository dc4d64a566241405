using ParallelExec.Planning;

namespace ParallelExec.Scheduling;

/// <summary>Subtasks that will not run, for one reason.</summary>
internal sealed record SkippedSubtasks(IReadOnlyList<PlannedSubtask> Subtasks, string Reason);
