using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Execution.Testing;

/// <summary>Runs a program of Microsoft.Testing.Platform, which needs no other one.</summary>
internal static class TestingPlatformCommand
{
    public const string ReportPackage = "Microsoft.Testing.Extensions.TrxReport";

    /// <summary>What it says when it was told to run nothing, or found nothing.</summary>
    public const int NoTests = 8;

    public static bool HasReport(TestWork work) => HasExtension(work, ReportPackage);

    public static bool HasExtension(TestWork work, string package) =>
        work.Packages.Contains(package, StringComparer.OrdinalIgnoreCase)
            || File.Exists(Path.Combine(Path.GetDirectoryName(work.Assembly)!, package + ".dll"));

    /// <summary>Its filters can not say which classes not to run.</summary>
    public static bool IsTUnit(TestWork work) => HasExtension(work, "TUnit.Engine");

    /// <param name="watched">It writes down which test begins and ends.</param>
    public static TestCommand For(TestWork work, TestSelection selection, string folder, string program, bool watched)
    {
        ImmutableArray<string> arguments =
        [
            work.Assembly,
            "--report-trx", "--report-trx-filename", "results.trx",
            "--results-directory", folder,
            "--no-ansi",
            .. watched ? PlatformDiagnostics.Arguments(folder) : [],
            .. Filter(work, selection),
            .. work.Settings is { } settings ? ["--settings", settings] : ImmutableArray<string>.Empty,
            .. work.Coverage ? Coverage(work, folder) : [],
            .. work.Arguments,
        ];
        return new TestCommand(new ToolWork(program, arguments), Path.Combine(folder, "results.trx")).WithShortArguments(folder,
            from: 1, Quote);
    }

    // TUnit has the platform's own form, a tree; the others take the expressions of VSTest.
    private static ImmutableArray<string> Filter(TestWork work, TestSelection selection)
    {
        if (!IsTUnit(work))
            return selection.And(work.Filter) is { Length: > 0 } filter ? ["--filter", filter] : [];
        if (work.Filter.Length > 0)
            return ["--treenode-filter", work.Filter];
        if (selection.Tests.IsEmpty)
            return [];
        string classes = Names(selection.Tests.Select(test => test.ClassName[(test.ClassName.LastIndexOf('.') + 1)..]));
        return ["--treenode-filter", $"/*/*/({classes})/({Names(selection.Tests.Select(test => test.Method))})"];

        static string Names(IEnumerable<string> names) => string.Join('|', names.Distinct(StringComparer.Ordinal));
    }

    private static ImmutableArray<string> Coverage(TestWork work, string folder) => HasExtension(work, "coverlet.MTP")
        ? ["--coverlet", "--coverlet-output-format", "cobertura"]
        : ["--coverage", "--coverage-output-format", "cobertura", "--coverage-output", Path.Combine(folder, "coverage.cobertura.xml")];

    private static string Quote(string argument) => $"\"{argument.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
