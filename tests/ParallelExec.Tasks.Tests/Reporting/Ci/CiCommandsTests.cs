using System.Text.Json;
using System.Text.RegularExpressions;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting.Ci;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Reporting.Ci;

/// <summary>The forms of commands as each engine documents them, and what must not get out of its place in them.</summary>
public sealed class CiCommandsTests : IDisposable
{
    private const string Hostile = "50% of 'a', b: c;]\r\n::error::x ##vso[task.complete] |";
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void GitHub_is_told_a_place_and_a_title_and_gets_the_text_in_one_line() =>
        Assert.Equal(
            "::error file=/a%2Cb%3A/c.cs,line=3,col=7,title=50%25 of 'a'%2C b%3A c;]%0D%0A%3A%3Aerror%3A%3Ax ##vso[task.complete] |"
                + "::50%25 of 'a', b: c;]%0D%0A::error::x ##vso[task.complete] |",
            new GitHubActions().Issue(Severity.Error, "PEX3001", Hostile, Hostile, new SourceLocation("/a,b:/c.cs", 3, 7)));

    [Fact]
    public void Azure_Pipelines_is_told_a_place_and_a_code_and_gets_the_text_in_one_line() =>
        Assert.Equal(
            "##vso[task.logissue type=warning;sourcepath=/a%3Bb/c.cs;linenumber=3;columnnumber=7;code=PEX3001;]"
                + "50%AZP25 of 'a', b: c%3B%5D%0D%0A::error::x ##vso[task.complete%5D |",
            new AzurePipelines().Issue(Severity.Warning, "PEX3001", "", Hostile, new SourceLocation("/a;b/c.cs", 3, 7)));

    [Fact]
    public void TeamCity_gets_what_it_would_take_for_its_own_behind_a_bar() =>
        Assert.Equal(
            "##teamcity[progressMessage '50% of |'a|', b: c;|]|r|n::error::x ##vso|[task.complete|] || |0x00FC']",
            new TeamCity().Progress(50, Hostile + " ü"));

    [Fact]
    public void Groups_have_the_form_of_their_engine()
    {
        Assert.Equal(new CiGroup("::group::output of a", "::endgroup::", false), Group(new GitHubActions()));
        Assert.Equal(new CiGroup("##[group]output of a", "##[endgroup]", true), Group(new AzurePipelines()));
        Assert.Equal(
            new CiGroup(
                "\e[0Ksection_start:1700000000:parallelexec_r_0[collapsed=true]\r\e[0Koutput of a",
                "\e[0Ksection_end:1700000012:parallelexec_r_0\r\e[0K", true),
            Group(new GitLab { Run = "r" }));
        Assert.Equal(
            new CiGroup("##teamcity[blockOpened name='output of a']", "##teamcity[blockClosed name='output of a']", false),
            Group(new TeamCity()));
        Assert.Null(CiCommands.For(CiEngine.Jenkins));
        Assert.Null(CiCommands.For(CiEngine.None));
    }

    [Theory]
    [InlineData("/r/a.cs(3,14): error CS0103: no 'x' [/r/a.csproj]", "/r/a.cs|3|14|error|CS0103|no 'x'|/r/a.csproj")]
    [InlineData("      a.cs(3): warning X1: text", "a.cs|3||warning|X1|text|")]
    [InlineData("/r/a.proj(3,14): error PEX3001: 'unit' failed with exit code 1: x. [/r/b.proj]", null)]
    [InlineData("/r/a.proj(3,14): error PEX3001: 'unit' failed with exit code 1: x.", null)]
    [InlineData("  [3/7] unit failed (0.0s)", null)]
    public void GitHubs_matcher_leaves_our_codes_to_commands(string line, string? groups)
    {
        RunOptions options = Given.Options with { Directory = folder.Path };
        string command = Assert.Single(new GitHubActions().Start(options));
        Assert.Equal($"::add-matcher::{folder.Combine("github-matcher.json")}", command);
        JsonElement matcher = JsonDocument.Parse(folder.Read("github-matcher.json")).RootElement.GetProperty("problemMatcher")[0];
        // The owner is that of actions/setup-dotnet: this one takes its place.
        Assert.Equal("csc", matcher.GetProperty("owner").GetString());
        // As the runner reads it.
        Match match = Regex.Match(
            line, matcher.GetProperty("pattern")[0].GetProperty("regexp").GetString()!,
                RegexOptions.CultureInvariant | RegexOptions.ECMAScript);
        Assert.Equal(groups, match.Success ? string.Join('|', match.Groups.Values.Skip(1).Select(group => group.Value)) : null);
    }

    [Fact]
    public void No_more_issues_are_told_than_the_engine_shows()
    {
        var issues = new CiIssues(new GitHubActions(), onlyIn: null);
        Diagnostic error = Diagnostic.Error("PEX3001", "text", new Origin("/r/a.proj", "ParallelTask", "unit"));
        string?[] told = [.. Enumerable.Range(0, 15).Select(_ => issues.For(error, "text", new SourceLocation("/r/a.proj", 3)))];
        Assert.Equal(10, told.Count(each => each is not null));
        Assert.Equal("::error file=/r/a.proj,line=3,title=unit (PEX3001)::text", told[0]);
        Assert.StartsWith("::warning ", issues.For(error with { Severity = Severity.Warning }, "text", new SourceLocation("")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Before_a_run_only_that_is_told_which_MSBuilds_line_does_not_bring()
    {
        var issues = new CiIssues(new GitHubActions(), onlyIn: "/r/a.proj");
        Diagnostic error = Diagnostic.Error("PEX1004", "text");
        Assert.NotNull(issues.For(error, "text", new SourceLocation("/r/a.proj", 3)));
        Assert.NotNull(issues.For(error, "text", new SourceLocation("")));
        Assert.Null(issues.For(error, "text", new SourceLocation("/r/imported.props", 3)));
    }

    [Fact]
    public void What_a_command_says_in_MSBuilds_form_only_Azure_has_to_be_told()
    {
        var at = new SourceLocation("a.cs", 3, 4);
        Assert.NotNull(new CiIssues(new AzurePipelines(), null).ForLine(Severity.Error, "CS1", "text", at));
        Assert.Null(new CiIssues(new GitHubActions(), null).ForLine(Severity.Error, "CS1", "text", at));
    }

    private static CiGroup Group(CiCommands commands)
    {
        ExecutionPlan plan = Given.Plan("a");
        return commands.GroupOf(plan.Find("a"), Given.Succeeded with { StartedAt = Start, Duration = TimeSpan.FromSeconds(12) });
    }
}
