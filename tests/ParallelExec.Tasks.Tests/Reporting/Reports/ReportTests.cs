using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using ParallelExec.Model;
using ParallelExec.Reporting.Reports;
using ParallelExec.State;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Reporting.Reports;

/// <summary>Reports for other programs: graph, trace, JUnit.</summary>
public sealed class ReportTests : IDisposable
{
    private readonly TestFolder folder = new("reports");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_graph_names_each_subtask_in_its_group_and_the_critical_path()
    {
        RecordedRun run = GivenRun.Run(
            GivenRun.Subtask("a", 0, 10) with { Group = "first" },
            GivenRun.Subtask("b", 10, 10) with { DependsOn = ["a"], Status = SubtaskStatus.Failed },
            GivenRun.Subtask("left-out", 0, 0) with { Wave = 0 });
        Assert.StartsWith("""
            flowchart LR
              subgraph g0["first"]
                n0["a"]:::succeeded
              end
              n1["b"]:::failed
              n0 --> n1
              classDef
            """, MermaidReport.For(run), StringComparison.Ordinal);
        Assert.EndsWith("  class n0 critical\n", MermaidReport.For(run), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_of_others_means_nothing_in_a_graph()
    {
        string text = MermaidReport.For(GivenRun.Run(GivenRun.Subtask("a", 0, 1) with { Group = "\"]; click <script>`#\n%% \u202e end" }));
        Assert.Contains("subgraph g0[\"#34;#93;#59; click #60;script#62;#96;#35; #37;#37; #8238; end\"]", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(5000)]
    public void A_large_graph_is_drawn_in_parts(int count)
    {
        string[] lines = MermaidReport.For(GivenRun.Of(count)).Split('\n');
        Assert.InRange(lines.Count(line => line.Contains("[\"", StringComparison.Ordinal)), 2, 80);
        Assert.InRange(lines.Count(line => line.Contains("-->", StringComparison.Ordinal)), 1, 300);
        // None is lost.
        Assert.Equal(count, lines.SelectMany(line => System.Text.RegularExpressions.Regex.Matches(line,
            "(\\d+) (succeeded|failed|skipped)"))
            .Sum(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void In_a_trace_nothing_on_a_slot_overlaps_and_each_arrow_has_two_ends()
    {
        RecordedRun run = GivenRun.Of(500);
        TraceReport.Write(folder.Path, run);
        JsonElement[] events = [.. JsonElement.Parse(folder.Read(TraceReport.Name)).GetProperty("traceEvents").EnumerateArray()];
        Assert.All(events, each => Assert.Equal(1, each.GetProperty("pid").GetInt32()));
        foreach (IGrouping<int, JsonElement> slot in events.Where(each => Is(each, "subtask"))
            .GroupBy(each => each.GetProperty("tid").GetInt32()))
        {
            long end = 0;
            foreach (JsonElement subtask in slot.OrderBy(each => each.GetProperty("ts").GetInt64()))
            {
                Assert.True(subtask.GetProperty("ts").GetInt64() >= end);
                end = subtask.GetProperty("ts").GetInt64() + subtask.GetProperty("dur").GetInt64();
            }
        }
        Assert.Equal(run.Subtasks.Count(subtask => subtask.HasTime), events.Count(each => Is(each, "subtask")));
        Assert.Equal(13, events.Count(each => Is(each, "wave")));
        Assert.All(events.Where(each => Is(each, "dependency")).GroupBy(each => each.GetProperty("id").GetInt32()), arrow =>
            Assert.Equal(["f", "s"], arrow.Select(each => each.GetProperty("ph").GetString()).Order(StringComparer.Ordinal)));
        Assert.Contains(events, each => each.GetProperty("name").GetString() == "thread_name");
    }

    [Fact]
    public void A_trace_shows_each_attempt()
    {
        RecordedSubtask subtask = GivenRun.Subtask("a", 0, 100);
        TraceReport.Write(folder.Path, GivenRun.Run(subtask with
        {
            Attempts = 2,
            EachAttempt = [new AttemptResult(subtask.StartedAt!.Value, TimeSpan.FromMilliseconds(40), SubtaskStatus.TimedOut, ""),
                new AttemptResult(subtask.StartedAt.Value.AddMilliseconds(60), TimeSpan.FromMilliseconds(40), SubtaskStatus.Succeeded, "")],
        }));
        Assert.Equal(["attempt 1 timed out", "attempt 2 succeeded"], JsonElement.Parse(folder.Read(TraceReport.Name))
            .GetProperty("traceEvents").EnumerateArray()
            .Where(each => Is(each, "attempt")).Select(each => each.GetProperty("name").GetString()!));
    }

    [Fact]
    public void JUnit_has_a_case_for_each_subtask_and_each_test()
    {
        RecordedRun run = GivenRun.Run(
            GivenRun.Subtask("ok", 0, 1500) with { Group = "build" },
            GivenRun.Subtask("bad", 0, 10) with { Status = SubtaskStatus.Failed, Reason = "exit code \u0001 <3>", LogFile = "x" },
            GivenRun.Subtask("may-fail", 0, 10) with { Status = SubtaskStatus.Failed, Reason = "exit code 1", IsForgiven = true },
            GivenRun.Subtask("unit", 0, 10) with { Kind = "Test" },
            GivenRun.Subtask("later", 0, 0) with { Status = SubtaskStatus.Skipped, Reason = "dependency 'bad' failed", StartedAt = null },
            GivenRun.Subtask("left-out", 0, 0) with { Wave = 0 });
        GivenRun.LeaveLog(folder, "bad", "\u001b[31mthe reason\u001b[0m ]]> \u0002\n");
        GivenRun.LeaveTests(folder, "unit",
            GivenRun.Trx(("Works", "Passed", ""), ("Breaks", "Failed", "expected hunter2"), ("Later", "NotExecuted", "")));
        JUnitReport.Write(folder.Path, run, text => text.Replace("hunter2", "***", StringComparison.Ordinal));

        XDocument xml = Validated(folder.Combine(JUnitReport.Name));
        XElement[] suites = [.. xml.Root!.Elements("testsuite")];
        Assert.Equal([("shop", "5", "1", "2"), ("unit", "3", "1", "1")], suites.Select(suite =>
            (suite.Attribute("name")!.Value, suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value,
                suite.Attribute("skipped")!.Value)));
        Assert.Equal(("build", "1.500"),
            (suites[0].Elements().First().Attribute("classname")!.Value, suites[0].Elements().First().Attribute("time")!.Value));
        Assert.Contains("the reason", suites[0].Descendants("failure").Single().Value, StringComparison.Ordinal);
        Assert.Equal("expected ***", suites[1].Descendants("failure").Single().Attribute("message")!.Value);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(5000)]
    public void JUnit_holds_for_runs_of_each_size(int count)
    {
        JUnitReport.Write(folder.Path, GivenRun.Of(count), text => text);
        Assert.Equal(count, Validated(folder.Combine(JUnitReport.Name)).Descendants("testcase").Count());
    }

    [Fact]
    public void What_can_not_be_written_is_told_and_the_others_are_written()
    {
        GivenRun.Leave(folder, GivenRun.Of(10));
        // Nobody can replace a folder that has something in it by a file.
        folder.Write("report.html/x", "");
        List<string> written = [];
        string problem = Assert.Single(ReportFiles.Write(folder.Path, ReportKinds.All, null, written.Add));
        Assert.StartsWith($"report.html could not be written to '{folder.Path}': ", problem, StringComparison.Ordinal);
        Assert.Equal(["graph.mmd", "junit.xml", "trace.json"], written.Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public void Without_a_run_there_is_nothing_to_report() =>
        Assert.StartsWith("There is no run in", Assert.Single(ReportFiles.Write(folder.Path, ReportKinds.All, null, _ => { })),
            StringComparison.Ordinal);

    private static bool Is(JsonElement each, string category) => each.TryGetProperty("cat", out JsonElement cat)
        && cat.GetString() == category;

    private static XDocument Validated(string path)
    {
        var schemas = new XmlSchemaSet();
        using (XmlReader schema = XmlReader.Create(new StringReader(Schema())))
            schemas.Add("", schema);
        XDocument xml = XDocument.Load(path);
        List<string> wrong = [];
        xml.Validate(schemas, (_, e) => wrong.Add(e.Message));
        Assert.Empty(wrong);
        return xml;
    }

    private static string Schema() =>
        File.ReadAllText(Path.Combine(SdkSource.RepositoryRoot, "tests", "ParallelExec.Tasks.Tests", "Reporting", "Reports", "junit.xsd"));
}
