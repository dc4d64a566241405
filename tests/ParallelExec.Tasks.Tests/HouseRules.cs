using System.Text.RegularExpressions;
using ParallelExec.TestKit;

namespace ParallelExec.Tests;

/// <summary>What CONTRIBUTING.md asks of each file, held by a machine. A number here may be lowered, and a list made shorter.</summary>
public partial class HouseRules
{
    private const int LongestFile = 250;
    private const int LongestLine = 140;

    /// <summary>Lines of tests that are longer, from before the rule: new ones must not be.</summary>
    private const int LongLinesLeft = 620;

    /// <summary>Files of src that may be longer.</summary>
    private static readonly string[] LongFiles =
        ["RunEngine.cs", "HandOver.cs", "OutputCache.cs", "Schedule.cs"];

    /// <summary>Who may wait for time to pass: what waits for others, and what is told to take a while.</summary>
    private static readonly string[] Sleepers =
        ["ProcessProbe.cs", "RunningDotNet.cs", "Files.cs", "Hang.cs", "LockFile.cs", "ScriptedModel.cs", "HouseRules.cs"];

    public static TheoryData<string, string> Forbidden => new()
    {
        { @"\bDateTime(Offset)?\.Now\b", "local time: TimeProvider, or UtcNow" },
        { @"\bDirectory\.(Get|Set)CurrentDirectory\b|\bEnvironment\.CurrentDirectory\b", "several builds run in one process: there is no current directory" },
        { @"\bEnvironment\.SetEnvironmentVariable\b", "several builds run in one process: its environment is not ours" },
        { @"\b(static|static readonly) (?!readonly\b)(Concurrent)?(Dictionary|List|HashSet|Queue)<[^;(]*[=;]", "a mutable static: several builds run in one process" },
        { @"//.*\b(TODO|FIXME|HACK|XXX)\b", "done, or an issue" },
        { @"\bThread\.Sleep\b", "wait for an event" },
        { @"^namespace [^;]*$", "a namespace for the file" },
    };

    [Fact]
    public void No_file_of_the_product_is_longer_than_a_reader_can_hold() =>
        Assert.Empty(Sources("src").Where(file => File.ReadLines(file).Count() > LongestFile).Select(Path.GetFileName).Except(LongFiles));

    [Fact]
    public void No_line_of_the_product_is_longer_than_a_window_is_wide() =>
        Assert.Equal([], Lines("src", new Regex($"^.{{{LongestLine + 1}}}")));

    [Fact]
    public void Lines_of_tests_that_are_too_long_do_not_become_more() =>
        Assert.InRange(Sources("tests").SelectMany(File.ReadLines).Count(line => line.Length > LongestLine), 0, LongLinesLeft);

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void The_product_does_without(string pattern, string instead) =>
        Assert.Equal([], Lines("src", new Regex(pattern)).Select(found => $"{found}: {instead}"));

    [Fact]
    public void Tests_do_not_sleep() =>
        Assert.Equal([], Lines("tests", Sleep()).Where(found => !Sleepers.Contains(found.Split('(')[0])));

    [Fact]
    public void No_public_type_has_company_in_its_file() =>
        Assert.Equal([], Sources("src").Where(file => File.ReadLines(file).Count(line => PublicType().IsMatch(line)) > 1));

    private static IEnumerable<string> Lines(string folder, Regex pattern) =>
        from file in Sources(folder)
        from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
        where pattern.IsMatch(line.Text)
        select $"{Path.GetFileName(file)}({line.Number}): {line.Text.Trim()}";

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(SdkSource.RepositoryRoot, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Built().IsMatch(Path.GetRelativePath(SdkSource.RepositoryRoot, file)));

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Built();

    [GeneratedRegex(@"\b(Thread\.Sleep|Task\.Delay)\b")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"^public .*\b(class|record|struct|interface|enum)\b")]
    private static partial Regex PublicType();
}
