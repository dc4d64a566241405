using System.Collections.Immutable;

namespace ParallelExec.Execution.Processes;

/// <summary>
/// A program with its arguments, and the files that it reads and writes. It says nothing of how the system starts it, so that whoever
/// puts another program in front only changes this.
/// </summary>
internal sealed record LaunchedCommand(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>What the program is told that it is called (its argument 0); null = <see cref="Program"/>.</summary>
    public string? Name { get; init; }

    /// <summary>What it reads; null = nothing.</summary>
    public string? InputFile { get; init; }

    /// <summary>It writes this file itself; null = we read what it writes.</summary>
    public string? LogFile { get; init; }

    /// <summary>What is in the log file stays.</summary>
    public bool AppendToLog { get; init; }

    /// <summary>The numbers under which it has a pipe of jobs open: above those that shells' scripts use.</summary>
    public const int JobsIn = 100, JobsOut = 101;

    /// <summary>A pipe that it is given open, for reading and for writing; null = none. Only where it is started by spawn.</summary>
    public string? JobsFile { get; init; }

    /// <summary>Written for it; to be removed when it has ended.</summary>
    public string? ScriptFile { get; init; }

    /// <summary>
    /// No shell stands in front of it. What the system does not execute (a script without a first line) a shell may know how to run.
    /// </summary>
    public bool IsDirect { get; init; }

    /// <summary>
    /// The same behind a shell that opens the files, for a system that gives a child no files. They are arguments, so that nothing has to
    /// be quoted.
    /// </summary>
    /// <param name="keepInput">The caller writes its input.</param>
    public LaunchedCommand BehindShell(bool keepInput)
    {
        string target = LogFile is null ? "" : AppendToLog ? ">>\"$1\" " : ">\"$1\" ";
        string input = keepInput ? "" : " <\"$2\"";
        return this with
        {
            Program = "/bin/sh",
            Arguments = ["-c", $"exec {target}2>&1{input}; shift 2; exec \"$@\"", "sh", LogFile ?? "", InputFile ?? "/dev/null", Program,
                .. Arguments],
            Name = null,
        };
    }
}
