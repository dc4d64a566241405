using System.Text.Json;
using ParallelExec.Model;
using ParallelExec.State;
using ParallelExec.TestResults;

namespace ParallelExec.Reporting.Reports;

/// <summary>The run as the page's script reads it: subtasks by number, times in milliseconds from the run's start.</summary>
internal static class HtmlData
{
    /// <summary>Of all log tails together, in characters: the page has to open at once.</summary>
    private const int MostLog = 4_000_000;
    private const int MostTests = 20_000;
    private const int LongestText = 4_000;

    public static void Write(Utf8JsonWriter json, string directory, RecordedRun run, Func<string, string> hide)
    {
        var indices = run.Subtasks.Index().ToDictionary(each => each.Item.Id, each => each.Index, StringComparer.OrdinalIgnoreCase);
        RecordedRun? before = RunFileReader.TryRead(Path.Combine(directory, RunFile.PreviousName));
        List<string>[] tails = Tails(directory, run);
        int[] tracks = TimeTracks.Of(run);
        json.WriteStartObject();
        WriteRun(json, run, indices);
        json.WriteStartArray("subtasks");
        for (int i = 0; i < run.Subtasks.Length; i++)
            WriteSubtask(json, run, i, tracks[i], tails[i], indices);
        json.WriteEndArray();
        if (before is not null)
            WriteBefore(json, run, before);
        WriteTests(json, directory, run, hide);
        json.WriteEndObject();
    }

    private static void WriteRun(Utf8JsonWriter json, RecordedRun run, Dictionary<string, int> indices)
    {
        json.WriteString("project", Path.GetFileNameWithoutExtension(run.Project));
        json.WriteString("file", run.Project);
        json.WriteString("status", run.Status);
        json.WriteString("reason", run.Reason);
        json.WriteString("startedAt", Iso8601.Of(run.StartedAt));
        Time(json, "ms", run.Duration);
        Time(json, "sequential", run.OneAfterAnother);
        json.WriteNumber("saved", new Savings(run.OneAfterAnother, run.Duration, run.IsAtMost).Percent);
        json.WriteBoolean("isAtMost", run.IsAtMost);
        json.WriteString("schedule", run.Schedule);
        json.WriteString("onFailure", run.OnFailure);
        json.WriteNumber("maxParallelism", run.MaxParallelism);
        json.WriteNumber("cores", run.Cores);
        Time(json, "criticalMs", run.CriticalTime);
        Time(json, "barriers", run.Barriers);
        Time(json, "unlimited", run.Unlimited);
        Text(json, "cost", run.Usage is { } usage ? CostText.Of(usage) : "");
        Text(json, "advice", run.Advice?.Text ?? "");
        Time(json, "adviceMs", run.Advice?.Duration);
        Numbers(json, "critical", run.CriticalPath, indices);
    }

    private static void WriteSubtask(
        Utf8JsonWriter json, RecordedRun run, int index, int track, List<string> tail, Dictionary<string, int> indices)
    {
        RecordedSubtask subtask = run.Subtasks[index];
        json.WriteStartObject();
        json.WriteString("id", subtask.Id);
        json.WriteString("status", subtask.Status.ToString());
        json.WriteNumber("wave", subtask.Wave);
        json.WriteString("kind", subtask.Kind);
        Text(json, "title", subtask.Title);
        Text(json, "reason", subtask.Reason);
        Text(json, "code", subtask.Code);
        Text(json, "group", subtask.Group);
        Text(json, "set", subtask.Set);
        Text(json, "command", subtask.Command);
        Text(json, "why", subtask.Why);
        if (subtask.IsForgiven)
            json.WriteBoolean("forgiven", true);
        if (subtask.ExitCode is { } exitCode)
            json.WriteNumber("exitCode", exitCode);
        json.WriteNumber("attempts", subtask.Attempts);
        WriteAttempts(json, run, subtask);
        if (subtask.StartedAt is { } startedAt)
            Time(json, "at", startedAt - run.StartedAt);
        Time(json, "ms", subtask.Duration);
        Time(json, "alone", subtask.Alone);
        Time(json, "served", subtask.Served);
        Time(json, "cpu", subtask.Cpu);
        if (subtask.PeakMemory > 0)
            json.WriteNumber("memory", subtask.PeakMemory);
        if (subtask.Proof is { } proof)
            json.WriteString("proof", Wording.Of(proof));
        Text(json, "cost", subtask.Usage is { } usage ? CostText.Of(usage) : "");
        if (track >= 0)
            json.WriteNumber("track", track);
        if (subtask.LogFile.Length > 0)
            json.WriteString("log", LogTail.LinkTo(subtask));
        Texts(json, "tail", tail);
        Numbers(json, "needs", subtask.DependsOn, indices);
        Texts(json, "criteria", subtask.Criteria);
        if (!subtask.Values.IsEmpty)
        {
            json.WriteStartArray("values");
            foreach ((string name, string value) in subtask.Values)
            {
                json.WriteStartArray();
                json.WriteStringValue(name);
                json.WriteStringValue(Wording.Shorten(value, LongestText));
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
        if (subtask.Tests is { } tests)
        {
            json.WriteStartArray("tests");
            foreach (int count in (ReadOnlySpan<int>)[tests.Total, tests.Passed, tests.Failed, tests.Skipped, tests.Flaky])
                json.WriteNumberValue(count);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WriteAttempts(Utf8JsonWriter json, RecordedRun run, RecordedSubtask subtask)
    {
        if (subtask.EachAttempt.IsEmpty)
            return;
        json.WriteStartArray("eachAttempt");
        foreach (AttemptResult attempt in subtask.EachAttempt)
        {
            json.WriteStartObject();
            json.WriteString("status", attempt.Status.ToString());
            Text(json, "reason", attempt.Reason);
            Time(json, "at", attempt.StartedAt - run.StartedAt);
            Time(json, "ms", attempt.Duration);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Of each subtask of this run, when it started in the run before, and how long it took there; pairs in one list.</summary>
    private static void WriteBefore(Utf8JsonWriter json, RecordedRun run, RecordedRun before)
    {
        var then = before.Subtasks.Where(subtask => subtask.HasTime).ToDictionary(subtask => subtask.Id, StringComparer.OrdinalIgnoreCase);
        json.WriteStartObject("before");
        json.WriteString("status", before.Status);
        json.WriteString("startedAt", Iso8601.Of(before.StartedAt));
        Time(json, "ms", before.Duration);
        json.WriteStartArray("times");
        foreach (RecordedSubtask subtask in run.Subtasks)
        {
            bool known = then.TryGetValue(subtask.Id, out RecordedSubtask? old);
            json.WriteNumberValue(known ? RunFile.Milliseconds(old!.StartedAt!.Value - before.StartedAt) : -1);
            json.WriteNumberValue(known ? RunFile.Milliseconds(old!.Stay) : -1);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTests(Utf8JsonWriter json, string directory, RecordedRun run, Func<string, string> hide)
    {
        (int Suite, TestCase Case)[] all =
        [
            .. run.Subtasks.Index().Where(each => each.Item.Kind == "Test")
                .SelectMany(each => JUnitReport.Cases(directory, each.Item).Select(test => (each.Index, test))),
        ];
        if (all.Length == 0)
            return;
        json.WriteNumber("testCount", all.Length);
        json.WriteStartArray("tests");
        foreach ((int suite, TestCase test) in all.OrderBy(each => each.Case.Outcome != TestOutcome.Failed)
            .ThenBy(each => each.Case.FailedBefore is null).ThenByDescending(each => each.Case.Duration).Take(MostTests))
        {
            json.WriteStartObject();
            json.WriteNumber("suite", suite);
            json.WriteString("name", Plain(test.FullName));
            json.WriteString("status", test.FailedBefore is null ? test.Outcome.ToString() : "Flaky");
            Time(json, "ms", test.Duration);
            Text(json, "message", Plain(test.FailedBefore ?? test.Message));
            if (test.Outcome == TestOutcome.Failed)
                Text(json, "stack", Plain(test.StackTrace));
            json.WriteEndObject();
        }
        json.WriteEndArray();

        string Plain(string text) => Wording.Shorten(PlainText.Of(hide(text), ci: false), LongestText);
    }

    /// <summary>Failures first, then what took longest, until there is no room left.</summary>
    private static List<string>[] Tails(string directory, RecordedRun run)
    {
        var tails = new List<string>[run.Subtasks.Length];
        int left = MostLog;
        foreach ((int index, RecordedSubtask subtask) in run.Subtasks.Index()
            .OrderBy(each => !each.Item.IsFailure).ThenByDescending(each => each.Item.Duration))
        {
            bool hasLog = left > 0 && subtask.Attempts > 0;
            tails[index] = !hasLog ? [] : LogTail.Of(directory, subtask, subtask.IsFailure ? LogTail.OfFailures : LogTail.OfOthers)
                .ConvertAll(line => PlainText.Of(line, ci: false));
            foreach (string line in tails[index])
                left -= line.Length;
        }
        return tails;
    }

    private static void Text(Utf8JsonWriter json, string name, string text)
    {
        if (text.Length > 0)
            json.WriteString(name, text);
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IReadOnlyList<string> ids, Dictionary<string, int> indices)
    {
        if (ids.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (string id in ids)
        {
            if (indices.TryGetValue(id, out int index))
                json.WriteNumberValue(index);
        }
        json.WriteEndArray();
    }

    private static void Time(Utf8JsonWriter json, string name, TimeSpan? time)
    {
        if (time is { } known)
            json.WriteNumber(name, RunFile.Milliseconds(known));
    }
}
