using System.Collections.Immutable;
using System.Globalization;
using ParallelExec.Execution.Testing;
using ParallelExec.Model;
using ParallelExec.TestResults;

namespace ParallelExec.Tests.Execution.Testing;

/// <summary>A shell script in the place of <c>dotnet</c>: it writes the results that the test says, and keeps what it was called with.</summary>
internal sealed class ScriptedHost
{
    private readonly Run run;
    private int goes;

    public ScriptedHost(Run run)
    {
        this.run = run;
        run.Folder.Write("sdk/vstest.console.dll", "");
        run.Folder.Write("Unit.dll", "");
        run.Dotnet = new DotnetHost(run.Folder.Combine("sdk"));
        run.Environment["DOTNET_HOST_PATH"] = run.Folder.Write("dotnet.sh", $$"""
            #!/bin/sh
            cd "{{run.Folder.Path}}"
            n=$(($(cat calls 2>/dev/null || echo 0) + 1)); echo $n > calls
            for a in "$@"; do echo "$a"; done > arguments.$n
            for a in "$@"; do case "$a" in --logger:trx*) trx=${a#*LogFileName=};; --ResultsDirectory:*) results=${a#*:};; esac; done
            test -f go.$n.trx && cp go.$n.trx "$trx"
            test -f go.$n.sh && . ./go.$n.sh
            exit 0
            """);
        run.Folder.MakeExecutable("dotnet.sh");
    }

    public TestWork Work => new("unit", run.Folder.Combine("Unit.csproj"), run.Folder.Combine("Unit.dll"), "net10.0", TestPlatform.VSTest);

    /// <summary>What it was called with the first, second, ... time.</summary>
    public IReadOnlyList<string> Arguments(int call = 1) => run.Folder.ReadLines($"arguments.{call}");

    public Subtask Suite(string id, TestWork? work = null) =>
        Given.Subtask(id) with { Work = work ?? Work, WorkingDirectory = run.Folder.Path };

    /// <summary>The next time it is called, these tests come out, then a line of a script is run.</summary>
    public void Then(string script, params TestCase[] cases)
    {
        goes++;
        TrxWriter.Write(run.Folder.Combine($"go.{goes}.trx"), cases, text => text);
        run.Folder.Write($"go.{goes}.sh", script);
    }

    /// <summary>It writes no results.</summary>
    public void ThenNothing(string script) => run.Folder.Write($"go.{++goes}.sh", script);

    public static TestCase Passed(string method, string className = "N.C") =>
        new($"{className}.{method}", className, method, TestOutcome.Passed, TimeSpan.FromMilliseconds(5));

    public static TestCase Skipped(string method) => Passed(method) with { Outcome = TestOutcome.Skipped };

    public static TestCase Failed(string method, string message = "no", string stack = "") =>
        Passed(method) with { Outcome = TestOutcome.Failed, Message = message, StackTrace = stack };

    public ImmutableArray<TestCase> Results(string id) =>
        TrxReader.TryRead(run.Folder.Combine(string.Create(CultureInfo.InvariantCulture, $"state/tests/parts/{id}.trx")))!.Cases;

    public ImmutableArray<TestCase> Merged => TrxReader.TryRead(run.Folder.Combine("state/tests/tests.trx"))!.Cases;
}
