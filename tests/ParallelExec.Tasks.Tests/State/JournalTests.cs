using System.Collections.Immutable;
using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.State;
using ParallelExec.Tests.Files;
using ParallelExec.Tests.Reporting;

namespace ParallelExec.Tests.State;

public sealed class JournalTests : IDisposable
{
    private static readonly SuccessRecord Record = new()
    {
        Fingerprint = new Fingerprint([new("Command", "00"), new("input a.md", "01")], "abc"),
        Outputs = [new OutputStamp(Path.GetFullPath("/x/out"), "d1")],
        Values = ImmutableSortedDictionary<string, string>.Empty.Add("N", "1"),
        Notes = "line\nline",
    };

    private readonly TestKit.TestFolder folder = new();
    private readonly RecordingLog log = new();
    private readonly List<Diagnostic> diagnostics = [];
    private readonly ExecutionPlan plan = Given.Plan("a", "b", "c");

    public void Dispose() => folder.Dispose();

    private RunOptions Options => Given.Options with { Directory = folder.Path };

    [Fact]
    public void What_was_written_is_what_is_read()
    {
        using (Journal journal = Begin())
        {
            journal.Working("a", DateTimeOffset.UnixEpoch, null);
            journal.On(new SubtaskEnded(plan.Find("a"), Given.Succeeded with { Record = Record }));
            journal.Working("b", DateTimeOffset.UnixEpoch, "input x changed");
        }
        JournalReader read = Read();
        Assert.Equal((false, Environment.ProcessId, "1970-01-01T00:00:00.000Z"), (read.HasEnded, read.ProcessId, read.StartedAt));
        Assert.Equal((SubtaskStatus.Succeeded, null), (read.Statuses["a"], read.Statuses["b"]));
        Assert.Equivalent(Record, Assert.Single(read.Records).Value, strict: true);
    }

    [Fact]
    public void A_service_that_is_ready_and_has_not_ended_is_serving()
    {
        using (Journal journal = Begin())
        {
            foreach (string id in new[] { "a", "b" })
            {
                journal.Working(id, default, null);
                journal.On(new ServiceReady(plan.Find(id), Given.Succeeded));
            }
            journal.On(new SubtaskEnded(plan.Find("b"), Given.Succeeded));
        }
        JournalReader read = Read();
        Assert.Equal(["a"], read.Serving);
        Assert.Equal(0, read.Unreadable);
        string status = new StatusText(Given.Plan("a", "c <- a"), [], isRunning: true, read).Groups("project");
        Assert.Contains("  Serving:\n    a\n  Ready:\n    c", status, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_that_begins_ends_what_was_true_of_it_before()
    {
        using (Journal journal = Begin(new("a", Record), new("b", Record)))
            journal.Working("a", default, null);
        Assert.Equal(["b"], Read().Records.Keys);
    }

    [Fact]
    public void A_failure_leaves_no_record_and_what_was_not_run_keeps_its_own()
    {
        using (Journal journal = Begin(new("a", Record), new("b", Record)))
        {
            journal.Working("a", default, null);
            journal.On(new SubtaskEnded(plan.Find("a"), Given.Failed));
            journal.On(new SubtaskEnded(plan.Find("b"), Given.Succeeded with { Status = SubtaskStatus.UpToDate }));
            journal.On(new RunEnded(new RunResult { Plan = plan, Results = [Given.Failed, Given.Succeeded, Given.Succeeded], StartedAt = default, Duration = default }));
        }
        JournalReader read = Read();
        Assert.Equal(["b"], read.Records.Keys);
        Assert.True(read.HasEnded);
    }

    [Fact]
    public void Cut_at_any_byte_it_claims_nothing_that_was_not_written()
    {
        using (Journal journal = Begin(new KeyValuePair<string, SuccessRecord>("a", Record)))
        {
            journal.Working("a", default, null);
            journal.On(new SubtaskEnded(plan.Find("a"), Given.Succeeded with { Record = Record }));
            journal.Working("b", default, null);
        }
        byte[] whole = File.ReadAllBytes(Journal.PathOf(Options));
        int[] ends = [.. whole.Select((value, index) => (value, index)).Where(each => each.value == '\n').Select(each => each.index + 1)];
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(Journal.PathOf(Options), whole[..length]);
            JournalReader read = Read();
            // Lines: run, kept a, started a, ended a, started b.
            int lines = ends.Count(end => end <= length);
            Assert.Equal(lines is 2 or >= 4, read.Records.ContainsKey("a"));
            Assert.Empty(diagnostics);
        }
    }

    [Fact]
    public void One_damaged_line_and_nothing_is_believed()
    {
        using (Journal journal = Begin(new("a", Record), new("b", Record)))
            journal.Working("a", default, null);
        string[] lines = [.. folder.ReadLines("journal.ndjson")];
        // The line that said that a's record does not hold any more.
        lines[3] = "\u0001garbage";
        folder.Write("journal.ndjson", string.Join('\n', lines) + "\n");
        Assert.Empty(Read().Records);
        Assert.Equal((Codes.DamagedState, Severity.Warning), (Assert.Single(diagnostics).Code, diagnostics[0].Severity));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(5000)]
    public void Random_bytes_are_never_a_success(int length)
    {
        byte[] bytes = new byte[length];
        for (int seed = 0; seed < 50; seed++)
        {
            new Random(seed).NextBytes(bytes);
            File.WriteAllBytes(Journal.PathOf(Options), bytes);
            Assert.Empty(Read().Records);
        }
    }

    [Theory]
    [InlineData("\"notes\":\"line\\nline\"", "\"notes\":null")]
    [InlineData("\"notes\":\"line\\nline\"", "\"notes\":1")]
    [InlineData("\"notes\":\"line\\nline\"", "\"notes\":\"\\ud800\"")]
    [InlineData("\"values\":{\"N\":\"1\"}", "\"values\":{\"N\":null}")]
    [InlineData("\"values\":{\"N\":\"1\"}", "\"values\":null")]
    [InlineData("\"Command\":\"00\"", "\"Command\":null")]
    [InlineData("\"fingerprint\":\"abc\"", "\"fingerprint\":null")]
    [InlineData("\"id\":\"a\"", "\"id\":null")]
    [InlineData("\"event\":\"kept\"", "\"event\":null")]
    [InlineData("/out\":", "/out\\u0000\":")]
    [InlineData("\"status\":\"Succeeded\"", "\"status\":\"99999999999999999999\"")]
    [InlineData("\"status\":\"Succeeded\"", "\"status\":\"42\"")]
    [InlineData("\"status\":\"Succeeded\"", "\"status\":null")]
    [InlineData("\"at\":\"1970-01-01T00:00:00.000Z\"", "\"at\":\"\\u001b[31m\"")]
    [InlineData("\"schemaVersion\":1", "\"schemaVersion\":9223372036854775807")]
    [InlineData("\"schemaVersion\":1", "\"schemaVersion\":null")]
    [InlineData("\"processId\":", "\"processId\":\"x\",\"before\":")]
    public void A_line_that_says_what_no_journal_says_is_damage(string what, string becomes)
    {
        using (Journal journal = Begin(new("a", Record), new("b", Record)))
            journal.On(new SubtaskEnded(plan.Find("c"), Given.Succeeded with { Record = Record }));
        string text = folder.Read("journal.ndjson");
        Assert.Contains(what, text, StringComparison.Ordinal);
        folder.Write("journal.ndjson", text.Replace(what, becomes, StringComparison.Ordinal));
        Assert.Empty(Read().Records);
        Assert.Equal(Codes.DamagedState, Assert.Single(diagnostics).Code);
    }

    [UnixFact]
    public void A_pipe_or_a_folder_is_no_journal()
    {
        Pipe.Make(Journal.PathOf(Options));
        Assert.Empty(Read().Records);
        Assert.True(JournalReader.Read(Options, diagnostics, ends: true).HasEnded);
        // A whole one takes the place of the pipe.
        Begin(new KeyValuePair<string, SuccessRecord>("a", Record)).Dispose();
        Assert.Equal(["a"], Read().Records.Keys);
        folder.Delete("journal.ndjson");
        Directory.CreateDirectory(Journal.PathOf(Options));
        Assert.Empty(Read().Records);
        Assert.Null(Journal.TryBegin(Options, "r", default, [], log, null));
        Assert.StartsWith($"error {Codes.StateNotWritable}: ", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void What_can_not_be_written_is_told_once_and_never_thrown()
    {
        Journal journal = Begin();
        // As after a fault of the disk: nothing can be written any more.
        journal.Dispose();
        foreach (string id in new[] { "a", "b", "c" })
            journal.On(new SubtaskEnded(plan.Find(id), Given.Succeeded));
        journal.On(new RunEnded(new RunResult { Plan = plan, Results = [Given.Succeeded, Given.Succeeded, Given.Succeeded], StartedAt = default, Duration = default }));
        Assert.StartsWith($"warning {Codes.StateNotWritable}: journal.ndjson in ", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("half \ud800 a character")]
    [InlineData("\udc00")]
    [InlineData("nothing \0 and \u001b[31m")]
    public void Texts_that_are_no_texts_are_written_as_far_as_they_are(string text)
    {
        using (Journal journal = Begin())
        {
            journal.Working("a", default, text);
            journal.On(new SubtaskEnded(plan.Find("a"), Given.Failed with { Reason = text }));
            journal.On(new SubtaskEnded(plan.Find("b"), Given.Succeeded with { Record = Record with { Notes = text, Values = Record.Values.Add(text, text) } }));
        }
        Assert.Equal(["b"], Read().Records.Keys);
        Assert.Empty(diagnostics);
        SubtaskResult[] results = [Given.Failed with { Reason = text }, Given.Succeeded, Given.Succeeded];
        var run = new RunResult { Plan = plan, Results = results, StartedAt = default, Duration = default };
        RunFile.WriteEnded(Options, RecordedRun.Of(run, Options), null);
    }

    [Fact]
    public void A_newer_version_s_journal_is_an_error_and_not_read()
    {
        folder.Write("journal.ndjson", "{\"event\":\"run\",\"schemaVersion\":2,\"processId\":1,\"at\":\"\"}\n{\"event\":\"kept\",\"id\":\"a\"}\n");
        Assert.Empty(Read().Records);
        Assert.Equal((Codes.NewerState, Severity.Error), (Assert.Single(diagnostics).Code, diagnostics[0].Severity));
    }

    [Fact]
    public void The_first_and_the_last_line_tell_whether_it_has_ended()
    {
        using (Journal journal = Begin([.. Enumerable.Range(0, 200).Select(n => KeyValuePair.Create($"k{n}", Record))]))
        {
            Assert.False(JournalReader.Read(Options, diagnostics, ends: true).HasEnded);
            journal.On(new RunEnded(new RunResult { Plan = plan, Results = [Given.Succeeded, Given.Succeeded, Given.Succeeded], StartedAt = default, Duration = default }));
        }
        JournalReader ends = JournalReader.Read(Options, diagnostics, ends: true);
        Assert.Equal((true, Environment.ProcessId, 0), (ends.HasEnded, ends.ProcessId, ends.Records.Count));
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void A_journal_that_can_not_be_begun_leaves_the_old_one()
    {
        Begin(new KeyValuePair<string, SuccessRecord>("a", Record)).Dispose();
        // Somebody has put a folder where the new one would be written first.
        Directory.CreateDirectory($"{Journal.PathOf(Options)}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}.tmp");
        Assert.Null(Journal.TryBegin(Options, "r", default, [], log, null));
        Assert.StartsWith($"error {Codes.StateNotWritable}: journal.ndjson in ", Assert.Single(log.Lines), StringComparison.Ordinal);
        Assert.Equal(["a"], Read().Records.Keys);
    }

    private Journal Begin(params KeyValuePair<string, SuccessRecord>[] kept) => Journal.Begin(Options, "r", DateTimeOffset.UnixEpoch, kept, log, null);

    private JournalReader Read() => JournalReader.Read(Options, diagnostics);
}
