using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>A test suite, or a part of one, run as a process of its own.</summary>
/// <param name="Suite">The id of the suite: what its parts have in common.</param>
/// <param name="ProjectFile">Absolute.</param>
/// <param name="Assembly">What is run: the built test assembly, absolute. It need not be there yet when a run is planned.</param>
/// <param name="Framework">The target framework it was built for, <c>net10.0</c>.</param>
/// <param name="Platform">What the project says it is.</param>
internal sealed record TestWork(string Suite, string ProjectFile, string Assembly, string Framework, TestPlatform Platform) : Work
{
    public override string Kind => "Test";

    /// <summary>As <c>dotnet test --filter</c> has it; empty = all tests.</summary>
    public string Filter { get; init; } = "";

    /// <summary>A <c>.runsettings</c> file, absolute; null = none.</summary>
    public string? Settings { get; init; }

    /// <summary>Further arguments of the test platform.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>From 1: which part of the suite this is.</summary>
    public int Shard { get; init; } = 1;

    /// <summary>How many parts there are. The last one runs what no other does.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>How often failed tests alone are run again.</summary>
    public int RetryFailedTests { get; init; }
    public bool Coverage { get; init; }

    /// <summary>Names of the packages that the project references: they say how coverage and results are had.</summary>
    public ImmutableArray<string> Packages { get; init; } = [];
}

/// <summary>Who runs the tests of a project.</summary>
internal enum TestPlatform
{
    /// <summary>An assembly that the test platform of the SDK loads.</summary>
    VSTest,

    /// <summary>A program that runs its own tests.</summary>
    TestingPlatform,
}
