namespace ParallelExec.Model;

/// <summary>Of what subtasks write without declaring it.</summary>
internal enum UndeclaredWrites
{
    /// <summary>Nobody looks for it.</summary>
    Off,

    /// <summary>It is told.</summary>
    Warn,

    /// <summary>Whoever did it, or may have done it and ended last, has failed.</summary>
    Error,
}
