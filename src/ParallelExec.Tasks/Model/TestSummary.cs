using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>What came of the tests of a suite, or of a part of it.</summary>
/// <param name="ResultFile">Its TRX file, absolute; empty where none was written.</param>
internal sealed record TestSummary(int Total, int Passed, int Failed, int Skipped, int Flaky, string ResultFile)
{
    /// <summary>In the order in which they failed.</summary>
    public ImmutableArray<TestFailure> Failures { get; init; } = [];

    /// <summary>Tests that had begun and not ended when the host did; empty where it ended by itself.</summary>
    public ImmutableArray<string> Unfinished { get; init; } = [];

    /// <summary>How long the tests of each class took together, by the class's full name: shards are balanced by it.</summary>
    public ImmutableSortedDictionary<string, TimeSpan> ClassTimes { get; init; } = ImmutableSortedDictionary<string, TimeSpan>.Empty;
}

/// <summary>A test that failed.</summary>
/// <param name="Name">Full, with the arguments of a theory.</param>
/// <param name="File">From its stack trace; empty where that names none.</param>
internal sealed record TestFailure(string Name, string Message, string File, int Line);
