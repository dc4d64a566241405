using System.Collections.Immutable;
using System.Globalization;
using ParallelExec.Model;

namespace ParallelExec.Execution.Testing;

/// <summary>Runs an assembly in the test platform of the SDK, without MSBuild in between: no project is evaluated again.</summary>
internal static class VSTestCommand
{
    /// <param name="folder">For what the platform writes; absolute.</param>
    /// <param name="blame">It tells which test was running when its host died. That takes another process.</param>
    /// <param name="timeout">Of the part; null = none.</param>
    public static TestCommand For(TestWork work, TestSelection selection, string folder, DotnetHost dotnet, string program, bool blame,
        TimeSpan? timeout)
    {
        string trx = Path.Combine(folder, "results.trx");
        string filter = selection.And(work.Filter);
        ImmutableArray<string> arguments =
        [
            "exec", dotnet.VSTestConsole,
            work.Assembly,
            $"--logger:trx;LogFileName={trx}",
            $"--ResultsDirectory:{folder}",
            "--nologo",
            .. filter.Length > 0 ? [$"--TestCaseFilter:{filter}"] : ImmutableArray<string>.Empty,
            .. work.Settings is { } settings ? [$"--Settings:{settings}"] : ImmutableArray<string>.Empty,
            .. work.Coverage ? Coverage(work) : [],
            .. Blame(blame, timeout),
            .. work.Arguments,
        ];
        return new TestCommand(new ToolWork(program, arguments), trx).WithShortArguments(folder, from: 2, Quote);
    }

    // Before our own clock ends all processes, without a word of the tests: a dump would have 100 MB, and tells them no better.
    private static ImmutableArray<string> Blame(bool blame, TimeSpan? timeout)
    {
        if (timeout is not { } limit)
            return blame ? ["--Blame"] : [];
        double milliseconds = Math.Max(limit.TotalMilliseconds / 2, limit.TotalMilliseconds - 10_000);
        return [string.Create(CultureInfo.InvariantCulture,
            $"--Blame:CollectHangDump;TestTimeout={(long)milliseconds}ms;HangDumpType=None")];
    }

    private static ImmutableArray<string> Coverage(TestWork work)
    {
        string beside = Path.GetDirectoryName(work.Assembly)!;
        string adapters = TestCoverage.CollectorFolder(work) is { } folder ? $"{folder};{beside}" : beside;
        return ["--collect:XPlat Code Coverage;Format=cobertura", $"--TestAdapterPath:{adapters}"];
    }

    private static string Quote(string argument) => $"\"{argument.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"",
        StringComparison.Ordinal)}\"";
}
