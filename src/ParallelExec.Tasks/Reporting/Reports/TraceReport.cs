using System.Text.Json;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.State;

namespace ParallelExec.Reporting.Reports;

/// <summary>
/// <c>trace.json</c>: Chrome's trace format, which Perfetto and <c>chrome://tracing</c> open. A track per slot, one for the waves, and an
/// arrow from what each subtask waited for.
/// </summary>
internal static class TraceReport
{
    public const string Name = "trace.json";

    /// <summary>With more dependencies than these, only the one that ended last is drawn: it is what was waited for.</summary>
    private const int MostArrows = 5_000;
    private const int Process = 1, WaveTrack = 0;

    public static void Write(string directory, RecordedRun run) => WholeFile.Write(Path.Combine(directory, Name), stream =>
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartObject("otherData");
        json.WriteString("project", run.Project);
        json.WriteString("status", run.Status);
        json.WriteString("startedAt", Iso8601.Of(run.StartedAt));
        json.WriteEndObject();
        json.WriteStartArray("traceEvents");
        int[] tracks = TimeTracks.Of(run);
        WriteNames(json, run, tracks);
        WriteWaves(json, run);
        var critical = run.CriticalPath.ToHashSet(StringComparer.Ordinal);
        for (int i = 0; i < tracks.Length; i++)
        {
            if (tracks[i] >= 0)
                WriteSubtask(json, run, run.Subtasks[i], tracks[i] + 1, critical);
        }
        WriteArrows(json, run, tracks);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteNames(Utf8JsonWriter json, RecordedRun run, int[] tracks)
    {
        Name("process_name", WaveTrack, Path.GetFileNameWithoutExtension(run.Project));
        Name("thread_name", WaveTrack, "waves");
        for (int track = 1; track <= tracks.Append(-1).Max() + 1; track++)
            Name("thread_name", track, $"slot {track}");

        void Name(string what, int track, string name)
        {
            Start(json, "M", what, track, null);
            json.WriteStartObject("args");
            json.WriteString("name", name);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    private static void WriteWaves(Utf8JsonWriter json, RecordedRun run)
    {
        if (run.Schedule == nameof(ScheduleMode.Eager))
            return;
        foreach (IGrouping<int, RecordedSubtask> wave in run.Subtasks.Where(subtask => subtask is { HasTime: true, Wave: > 0 })
            .GroupBy(subtask => subtask.Wave).OrderBy(wave => wave.Key))
        {
            DateTimeOffset start = wave.Min(subtask => subtask.StartedAt!.Value);
            TimeSpan time = wave.Max(subtask => subtask.StartedAt!.Value + subtask.Duration) - start;
            Span(json, $"wave {wave.Key}", "wave", WaveTrack, start - run.StartedAt, time);
            json.WriteStartObject("args");
            json.WriteNumber("subtasks", wave.Count());
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    private static void WriteSubtask(
        Utf8JsonWriter json, RecordedRun run, RecordedSubtask subtask, int track, HashSet<string> critical)
    {
        Span(json, subtask.Id, "subtask", track, subtask.StartedAt!.Value - run.StartedAt, subtask.Stay);
        // Names of colours that both viewers know.
        json.WriteString("cname", subtask switch
        {
            { IsFailure: true } => "terrible",
            { Status: SubtaskStatus.Cancelled } => "grey",
            { Status: SubtaskStatus.Succeeded } => critical.Contains(subtask.Id) ? "thread_state_iowait" : "good",
            _ => "generic_work",
        });
        json.WriteStartObject("args");
        json.WriteString("status", subtask.Status.ToString());
        Text("title", subtask.Title);
        Text("reason", subtask.Reason);
        Text("why", subtask.Why);
        Text("command", subtask.Command);
        json.WriteNumber("wave", subtask.Wave);
        json.WriteNumber("attempts", subtask.Attempts);
        if (subtask.Cpu is { } cpu)
            json.WriteNumber("cpuMs", RunFile.Milliseconds(cpu));
        json.WriteEndObject();
        json.WriteEndObject();
        foreach ((int index, AttemptResult attempt) in subtask.EachAttempt.Index())
        {
            Span(json, $"attempt {index + 1} {Wording.Of(attempt.Status)}", "attempt", track, attempt.StartedAt - run.StartedAt,
                attempt.Duration);
            json.WriteEndObject();
        }

        void Text(string name, string text)
        {
            if (text.Length > 0)
                json.WriteString(name, text);
        }
    }

    private static void WriteArrows(Utf8JsonWriter json, RecordedRun run, int[] tracks)
    {
        var indices = run.Subtasks.Index().ToDictionary(each => each.Item.Id, each => each.Index, StringComparer.OrdinalIgnoreCase);
        bool onlyLast = run.Subtasks.Sum(subtask => subtask.DependsOn.Length) > MostArrows;
        int id = 0;
        for (int to = 0; to < tracks.Length; to++)
        {
            if (tracks[to] < 0)
                continue;
            IEnumerable<int> from = run.Subtasks[to].DependsOn.Select(dependency => indices.GetValueOrDefault(dependency, -1))
                .Where(index => index >= 0 && tracks[index] >= 0);
            foreach (int index in onlyLast ? from.OrderByDescending(index => run.Subtasks[index].StartedAt + run.Subtasks[index].Duration)
                .Take(1) : from)
            {
                id++;
                // An end of an arrow has to lie within its span.
                TimeSpan end = run.Subtasks[index].StartedAt!.Value + run.Subtasks[index].Duration - run.StartedAt;
                Arrow("s", tracks[index] + 1, end - Microsecond);
                Arrow("f", tracks[to] + 1, run.Subtasks[to].StartedAt!.Value - run.StartedAt);
            }
        }

        void Arrow(string phase, int track, TimeSpan at)
        {
            Start(json, phase, "depends on", track, at);
            json.WriteString("cat", "dependency");
            json.WriteNumber("id", id);
            if (phase == "f")
                json.WriteString("bp", "e");
            json.WriteEndObject();
        }
    }

    private static readonly TimeSpan Microsecond = TimeSpan.FromMicroseconds(1);

    // Leaves the object open.
    private static void Span(Utf8JsonWriter json, string name, string category, int track, TimeSpan at, TimeSpan time)
    {
        Start(json, "X", name, track, at);
        json.WriteString("cat", category);
        json.WriteNumber("dur", (long)time.TotalMicroseconds);
    }

    private static void Start(Utf8JsonWriter json, string phase, string name, int track, TimeSpan? at)
    {
        json.WriteStartObject();
        json.WriteString("ph", phase);
        json.WriteString("name", name);
        json.WriteNumber("pid", Process);
        json.WriteNumber("tid", track);
        if (at is { } known)
            json.WriteNumber("ts", Math.Max(0, (long)known.TotalMicroseconds));
    }
}
