using System.Text;
using System.Text.Json;
using ParallelExec.Model;
using ParallelExec.Reporting.Reports;
using ParallelExec.State;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Reporting.Reports;

/// <summary>The page as a person uses it, in a real browser.</summary>
public sealed class HtmlReportTests : IDisposable
{
    private const string Hostile = "</script><img src=x onerror=alert(1)><!-- \u202e)gnorw\u202c \u001b[31m & \"'`";

    private readonly TestFolder folder = new("html");

    public void Dispose() => folder.Dispose();

    private string Report => folder.Combine(HtmlReport.Name);

    [Fact]
    public void What_others_have_written_ends_no_element()
    {
        Write(HostileRun());
        string page = File.ReadAllText(Report);
        // The data is one element, and nothing in it could end it, begin a comment, or be half a character.
        string data = page.Split("<script id=\"run\" type=\"application/json\">")[1].Split("</script>")[0];
        Assert.DoesNotContain('<', data);
        Assert.Equal("hostile", JsonElement.Parse(data).GetProperty("subtasks")[0].GetProperty("id").GetString());
        Assert.DoesNotContain("\u001b", page, StringComparison.Ordinal);
        Assert.InRange(page.Length, 1, 400_000);
    }

    [Fact]
    public void Of_logs_only_so_much_is_in_it_that_it_opens_at_once()
    {
        RecordedRun run = GivenRun.Run([.. Enumerable.Range(0, 400)
            .Select(i => GivenRun.Subtask($"s{i}", i, 10) with { LogFile = "x", Status = SubtaskStatus.Failed, Reason = "exit code 1" })]);
        string line = new('x', 1_000_000);
        for (int i = 0; i < 400; i++)
            GivenRun.LeaveLog(folder, $"s{i}", i < 20 ? line
                + "\nthe end" : string.Concat(Enumerable.Repeat(new string('y', 480) + "\n", 200)) + "the end");
        Write(run);
        Assert.InRange(new FileInfo(Report).Length, 1, 6_000_000);
        JsonElement data = JsonElement.Parse(File.ReadAllText(Report).Split("<script id=\"run\" type=\"application/json\">")[1]
            .Split("</script>")[0]);
        Assert.Equal("the end", data.GetProperty("subtasks")[0].GetProperty("tail").EnumerateArray().Last().GetString());
    }

    [BrowserTheory]
    [InlineData(10, "light")]
    [InlineData(500, "dark")]
    [InlineData(5000, "light")]
    public async Task One_sees_what_failed_finds_a_subtask_and_opens_it(int count, string scheme)
    {
        RecordedRun run = GivenRun.Of(count);
        GivenRun.LeaveLog(folder, "area2:step-7", "line one\nsrc/a.cs(3,4): error CS1002: the reason\n");
        Write(run, GivenRun.Of(count));
        await using Browser browser = await Browser.StartAsync();
        await browser.OpenAsync(Report, scheme: scheme);

        // First what came of it, and the first failure with the end of its output.
        Assert.Equal("failed", await browser.TextAsync("#outcome"));
        Assert.Contains("area2:step-7", await browser.TextAsync(".failure h2"), StringComparison.Ordinal);
        Assert.Contains("error CS1002: the reason", await browser.TextAsync(".failure .log .e"), StringComparison.Ordinal);
        byte[] first = await browser.ScreenshotAsync($"overview-{count}-{scheme}");
        Assert.InRange(first.Length, 20_000, 2_000_000);

        // A click on the timeline opens what is there; the canvas is one element, however much ran.
        JsonElement bar = await browser.JsAsync("""
            (() => {
              const c = document.querySelector("canvas");
              c.scrollIntoView({ block: "center" });
              const r = c.getBoundingClientRect();
              return [r.x + 13, r.y + 82 + 4];
            })()
            """);
        await browser.ClickAsync(bar[0].GetDouble(), bar[1].GetDouble());
        // Of thousands several lie below one point of the picture.
        Assert.StartsWith(count < 1000 ? "area0:step-0" : "area", await browser.TextAsync("#detail h2"), StringComparison.Ordinal);
        await browser.PressAsync("Escape");
        Assert.False((await browser.JsAsync("document.querySelector('#detail').checkVisibility()")).GetBoolean());

        // The table has only the rows that are seen, and search and statuses leave those that are meant.
        await browser.ClickAsync("#tab-subtasks");
        Assert.InRange(await browser.CountAsync("#panel-subtasks .row"), Math.Min(count, 10), 60);
        Assert.Equal(count, (await browser.JsAsync("+document.querySelector('#panel-subtasks .table').getAttribute('aria-rowcount')"))
            .GetInt32());
        await browser.PressAsync("/");
        await browser.TypeAsync("step-7");
        Assert.Equal(run.Subtasks.Count(subtask => subtask.Id.Contains("step-7", StringComparison.Ordinal)
            || subtask.Reason.Contains("step-7", StringComparison.Ordinal)),
            (await browser.JsAsync("subtaskTable.rows.length")).GetInt32());
        await browser.PressAsync("Enter");
        await browser.PressAsync("Enter");
        Assert.Equal("area2:step-7", await browser.TextAsync("#detail h2"));
        Assert.Contains("exit code 3", await browser.TextAsync("#detail .reason"), StringComparison.Ordinal);
        await browser.ScreenshotAsync($"detail-{count}-{scheme}");
        await browser.PressAsync("Escape");
        await browser.PressAsync("Escape");
        await browser.ClickAsync("#chips .chip");
        Assert.Equal(run.Subtasks.Count(subtask => subtask.IsFailure), (await browser.JsAsync("subtaskTable.rows.length")).GetInt32());
        await browser.PressAsync("Escape");

        // Sorted by time, longest first, by a click on the column.
        await browser.ClickAsync("#panel-subtasks .head > :nth-child(7) button");
        Assert.Equal(run.Subtasks.Max(subtask => subtask.Duration).TotalMilliseconds, (await browser.JsAsync("subtaskTable.rows[0].ms"))
            .GetDouble());
        await browser.JsAsync("(document.querySelector('#panel-subtasks .body').scrollTop = 1e9)");
        await browser.ScreenshotAsync($"table-{count}-{scheme}");
        Assert.InRange(await browser.CountAsync("#panel-subtasks .row"), Math.Min(count, 10), 60);

        // The graph stays small enough to be read and drawn.
        await browser.PressAsync("2");
        Assert.InRange(await browser.CountAsync("#panel-graph .node"), Math.Min(count, 10), 400);
        await browser.ScreenshotAsync($"graph-{count}-{scheme}");
        Assert.InRange((await browser.JsAsync("document.querySelectorAll('*').length")).GetInt32(), 1, 6000);
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task Hostile_text_is_text()
    {
        Write(HostileRun());
        await using Browser browser = await Browser.StartAsync();
        await browser.OpenAsync(Report, hash: "#view=subtasks&id=hostile");
        Assert.Equal(0, await browser.CountAsync("img"));
        Assert.StartsWith("</script><img src=x onerror=alert(1)>", await browser.TextAsync("#detail .reason bdi"),
            StringComparison.Ordinal);
        Assert.DoesNotContain("\u202e", await browser.TextAsync("#detail"), StringComparison.Ordinal);
        // What runs from right to left ends with its own line or cell.
        Assert.Equal("plaintext", (await browser.JsAsync("getComputedStyle(document.querySelector('#detail .log div')).unicodeBidi"))
            .GetString());
        Assert.Equal("isolate", (await browser.JsAsync("getComputedStyle(document.querySelector('#panel-subtasks bdi')).unicodeBidi"))
            .GetString());
        await browser.ScreenshotAsync("hostile-detail");
        foreach (string key in new[] { "Escape", "1", "2", "4" })
        {
            await browser.PressAsync(key);
            await browser.ScreenshotAsync($"hostile-{key}");
        }
        Assert.Contains("</script><img", await browser.TextAsync("#panel-tests .row .name"), StringComparison.Ordinal);
        await browser.ClickAsync("#panel-tests .row");
        Assert.Contains("onerror", await browser.TextAsync("#detail pre"), StringComparison.Ordinal);
        Assert.Equal(0, await browser.CountAsync("img"));
        // No element is wider than the window.
        Assert.True((await browser.JsAsync("document.documentElement.scrollWidth <= innerWidth")).GetBoolean());
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task By_keyboard_one_gets_everywhere_and_back()
    {
        Write(GivenRun.Of(40));
        await using Browser browser = await Browser.StartAsync();
        await browser.OpenAsync(Report, width: 420, height: 800, scheme: "dark");
        await browser.ScreenshotAsync("narrow");
        Assert.True((await browser.JsAsync("document.documentElement.scrollWidth <= innerWidth")).GetBoolean());
        await browser.PressAsync("f");
        Assert.Equal("area2:step-7", await browser.TextAsync("#detail h2"));
        await browser.PressAsync("j");
        await browser.PressAsync("k");
        Assert.Equal("area2:step-7", await browser.TextAsync("#detail h2"));
        await browser.PressAsync("Escape");
        await browser.JsAsync("document.querySelector('#tab-timeline').focus()");
        await browser.PressAsync("ArrowRight");
        Assert.Equal("true", (await browser.JsAsync("document.querySelector('#tab-graph').getAttribute('aria-selected')")).GetString());
        await browser.JsAsync("document.querySelector('#panel-graph .node').focus()");
        await browser.PressAsync("Enter");
        Assert.True((await browser.JsAsync("document.querySelector('#detail').checkVisibility()")).GetBoolean());
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task Printed_all_views_are_on_paper()
    {
        Write(GivenRun.Of(60));
        await using Browser browser = await Browser.StartAsync();
        await browser.OpenAsync(Report, scheme: "dark");
        byte[] pdf = (await browser.SendAsync("Page.printToPDF", new { printBackground = true })).GetProperty("data").GetBytesFromBase64();
        Assert.StartsWith("%PDF", Encoding.ASCII.GetString(pdf, 0, 4), StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("PARALLELEXEC_SCREENSHOTS") is { Length: > 0 } kept)
            await File.WriteAllBytesAsync(Path.Combine(kept, "print.pdf"), pdf);
        await browser.JsAsync("dispatchEvent(new Event('beforeprint'))");
        Assert.Equal(60, await browser.CountAsync("#panel-subtasks .row"));
        await browser.JsAsync("dispatchEvent(new Event('afterprint'))");
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task The_real_Mermaid_draws_the_graph()
    {
        string? mermaid = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(bin => Path.Combine(bin, "..", "mermaid", "dist", "mermaid.min.js")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(mermaid is null, "needs the npm package mermaid beside the PATH's node_modules/.bin, which .ci/run installs");
        await using Browser browser = await Browser.StartAsync();
        await browser.JsAsync(File.ReadAllText(mermaid!) + ";true");
        foreach (RecordedRun run in new[] { GivenRun.Of(10), GivenRun.Of(500), GivenRun.Of(5000), HostileRun() })
        {
            string text = JsonSerializer.Serialize(MermaidReport.For(run));
            await browser.JsAsync($"mermaid.parse({text}).then(() => true)");
            string drawn = (await browser.JsAsync($"mermaid.render('g', {text}).then(r => r.svg)")).GetString()!;
            Assert.Contains("<svg", drawn, StringComparison.Ordinal);
            Assert.DoesNotContain("<img", drawn, StringComparison.Ordinal);
        }
    }

    private void Write(RecordedRun run, RecordedRun? before = null)
    {
        GivenRun.Leave(folder, run, before);
        HtmlReport.Write(folder.Path, RunFileReader.TryRead(folder.Combine(RunFile.Name))!, text => text);
    }

    private RecordedRun HostileRun()
    {
        GivenRun.LeaveLog(folder, "hostile",
            $"{Hostile}\n{new string('x', 1_000_000)}\n\u05d0\u05d1\u05d2 <b>bold</b>\n\u0000\ufffe error {Hostile}\n");
        GivenRun.LeaveTests(folder, "hostile",
            GivenRun.Trx((System.Net.WebUtility.HtmlEncode(Hostile.Replace("\u001b", "", StringComparison.Ordinal)), "Failed",
            Hostile.Replace("\u001b", "", StringComparison.Ordinal))));
        return GivenRun.Run(GivenRun.Subtask("hostile", 0, 1000) with
        {
            Status = SubtaskStatus.Failed,
            Kind = "Test",
            Reason = Hostile,
            Title = Hostile,
            Group = Hostile,
            Set = "\u05e9\u05dc\u05d5\u05dd",
            Command = Hostile + new string('y', 1900),
            Why = Hostile,
            Criteria = [Hostile],
            Values = SubtaskResult.NoValues.Add(Hostile, Hostile),
            LogFile = "x",
        }, GivenRun.Subtask("\u05e9\u05dc\u05d5\u05dd", 0, 500));
    }
}
