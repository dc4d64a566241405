namespace ParallelExec.Model;

/// <summary>Of subtasks that would build one .NET project at the same time, each by a process of its own.</summary>
internal enum DotnetConflictMode
{
    /// <summary>They are told, and run.</summary>
    Warn,

    /// <summary>They run one after another.</summary>
    Serialize,

    /// <summary>They are told, and nothing runs.</summary>
    Error,

    /// <summary>Nobody looks for them.</summary>
    Off,
}
