using System.Collections.Immutable;
using System.Diagnostics;
using ParallelExec.Model;

namespace ParallelExec.Execution.Testing;

/// <summary>
/// Runs a program of xunit.v3 by its own command line, which each has, whatever else it can do: it writes TRX without a further package,
/// and tells the beginning and the end of each test.
/// </summary>
internal static class XunitCommand
{
    public static bool IsFor(TestWork work) => File.Exists(Core(work));

    public static TestCommand For(TestWork work, TestSelection selection, string folder, string program)
    {
        string trx = Path.Combine(folder, "results.trx");
        ImmutableArray<string> arguments =
        [
            work.Assembly, "-automated", "-noLogo",
            HasNewNames(work) ? "-result-trx" : "-trx", trx,
            .. HasRowsOfItsOwn(work) ? ImmutableArray<string>.Empty : ["-preEnumerateTheories"],
            .. Filter(work.Filter, selection),
            .. work.Arguments,
        ];
        return new TestCommand(new ToolWork(program, arguments), trx) { TellsTests = true };
    }

    // As with `dotnet test`, each row of a theory is a test before it is run (the same row twice is one), unless a file says otherwise.
    private static bool HasRowsOfItsOwn(TestWork work) => ConfigurationFiles(work)
        .Any(file => File.Exists(file) && File.ReadAllText(file).Contains("preEnumerateTheories", StringComparison.OrdinalIgnoreCase));

    private static string[] ConfigurationFiles(TestWork work) =>
    [
        Path.Combine(Path.GetDirectoryName(work.Assembly)!, "xunit.runner.json"),
        Path.ChangeExtension(work.Assembly, "xunit.runner.json"),
    ];

    // Version 4 warns of the old one.
    private static bool HasNewNames(TestWork work) => FileVersionInfo.GetVersionInfo(Core(work)).FileMajorPart >= 4;

    private static string Core(TestWork work) => Path.Combine(Path.GetDirectoryName(work.Assembly)!, "xunit.v3.core.dll");

    // Its forms of filters do not go together.
    private static ImmutableArray<string> Filter(string filter, TestSelection selection) => filter.Length switch
    {
        > 0 when filter.StartsWith('/') => ["-filter", filter],
        > 0 => ["-filterVSTest", selection.And(filter)],
        _ when !selection.Tests.IsEmpty =>
            [.. selection.Tests.Select(test => test.QualifiedName).Distinct(StringComparer.Ordinal)
            .SelectMany(name => new[] { "-method", name })],
        _ => [.. selection.Classes.SelectMany(name => new[] { "-class", name }), .. selection.NotClasses
            .SelectMany(name => new[] { "-class-", name })],
    };
}
