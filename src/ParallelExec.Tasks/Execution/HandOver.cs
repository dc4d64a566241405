using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using ParallelExec.Execution.Output;
using ParallelExec.Execution.Processes;
using ParallelExec.Model;
using ParallelExec.Planning;
using HandedOn = System.Collections.Immutable.ImmutableList<(string Id, System.Collections.Immutable.ImmutableSortedDictionary<string, string> Values)>;

namespace ParallelExec.Execution;

/// <summary>What a subtask gets from those before it, and gives to those after it: environment variables and files.</summary>
internal sealed class HandOver(
    ExecutionPlan plan, RunOptions options, IReadOnlyDictionary<string, string> baseEnvironment, string runId, SecretMasker? masker)
{
    // A value that is longer is in the context file only: systems bound the size of an environment.
    private const int LongestVariable = 30_000;

    private readonly string folder = Path.Combine(options.Directory, "handover");
    private readonly ConcurrentDictionary<int, HandedOn> handedOn = new();

    /// <summary>The complete environment of an attempt; writes its context file.</summary>
    public IReadOnlyDictionary<string, string> Prepare(PlannedSubtask planned, int attempt, IReadOnlyList<SubtaskResult?> results)
    {
        Subtask subtask = planned.Subtask;
        var environment = new Dictionary<string, string>(baseEnvironment, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        if (subtask.Work is ProjectWork && subtask.Verify is null)
            return environment;

        string stem = Path.Combine(folder, LogFiles.SafeName(subtask.Id));
        HandedOn received = Received(planned);
        foreach ((string id, ImmutableSortedDictionary<string, string> values) in received)
        {
            foreach ((string name, string value) in values)
            {
                if (value.Length <= LongestVariable)
                    environment[$"PARALLELEXEC_OUTPUT_{VariableName(id)}_{VariableName(name)}"] = value;
            }
        }
        foreach ((string name, string value) in subtask.Environment)
            environment[name] = value;
        environment["PARALLELEXEC"] = "1";
        environment["PARALLELEXEC_TASK_ID"] = subtask.Id;
        environment["PARALLELEXEC_GROUP"] = subtask.Group;
        environment["PARALLELEXEC_WAVE"] = planned.Wave.ToString(CultureInfo.InvariantCulture);
        environment["PARALLELEXEC_ATTEMPT"] = attempt.ToString(CultureInfo.InvariantCulture);
        environment["PARALLELEXEC_CORES"] = subtask.Cores.ToString(CultureInfo.InvariantCulture);
        environment["PARALLELEXEC_DIRECTORY"] = options.Directory;
        environment["PARALLELEXEC_CONTEXT"] = stem + ".context.json";
        environment["PARALLELEXEC_NOTES"] = stem + ".notes.md";
        environment["PARALLELEXEC_OUTPUT"] = stem + ".output";
        environment[ChildProcess.CookieVariable] = $"{runId}-{planned.Index.ToString(CultureInfo.InvariantCulture)}-{attempt.ToString(CultureInfo.InvariantCulture)};";
        if (!OperatingSystem.IsWindows())
            environment["PWD"] = subtask.WorkingDirectory;
        if (attempt > 1)
            File.Delete(stem + ".output");
        WriteContext(stem + ".context.json", planned, received, results);
        return environment;
    }

    /// <summary>Reads what a succeeded subtask hands on. The file goes: it may hold a secret.</summary>
    public SubtaskResult Collect(PlannedSubtask planned, SubtaskResult result)
    {
        string file = Path.Combine(folder, LogFiles.SafeName(planned.Id) + ".output");
        if (!File.Exists(file))
            return result with { Values = Pass(planned) };
        string text = File.ReadAllText(file);
        File.Delete(file);
        if (!OutputValues.TryParse(text, out ImmutableSortedDictionary<string, string> values, out string problem))
            return result with { Status = SubtaskStatus.Failed, Code = Codes.HandOver, Reason = $"what it wrote to PARALLELEXEC_OUTPUT can not be read: {problem}" };
        if (values.Count > 0)
            handedOn[planned.Index] = Received(planned).Add((planned.Id, values));
        else
            Pass(planned);
        return result with { Values = values };
    }

    /// <summary>A subtask that gives nothing of its own still passes on what it received.</summary>
    public ImmutableSortedDictionary<string, string> Pass(PlannedSubtask planned)
    {
        if (Received(planned) is { IsEmpty: false } received)
            handedOn[planned.Index] = received;
        return SubtaskResult.NoValues;
    }

    private HandedOn Received(PlannedSubtask planned)
    {
        HandedOn all = [];
        if (handedOn.IsEmpty)
            return all;
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (int dependency in planned.Dependencies)
        {
            if (handedOn.TryGetValue(dependency, out var values))
                all = all.AddRange(values.Where(entry => seen.Add(entry.Id)));
        }
        return all;
    }

    private void WriteContext(
        string file, PlannedSubtask planned, HandedOn received, IReadOnlyList<SubtaskResult?> results)
    {
        Subtask subtask = planned.Subtask;
        var text = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("schemaVersion", 1);
        json.WriteString("id", subtask.Id);
        json.WriteString("title", subtask.Title);
        json.WriteString("group", subtask.Group);
        WriteArray("acceptanceCriteria", subtask.AcceptanceCriteria);
        WriteArray("contextFiles", subtask.ContextFiles);
        WriteArray("outputs", subtask.Outputs.Select(output => output.Absolute));
        json.WriteStartArray("dependencies");
        foreach (int dependency in planned.Dependencies)
        {
            if (results[dependency] is not { } result)
                continue;
            json.WriteStartObject();
            json.WriteString("id", plan.Subtasks[dependency].Id);
            json.WriteString("status", result.Status.ToString());
            json.WriteString("logFile", result.LogFile);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("values");
        foreach ((string id, ImmutableSortedDictionary<string, string> values) in received)
        {
            json.WriteStartObject(id);
            foreach ((string name, string value) in values)
                json.WriteString(name, masker?.Apply(value) ?? value);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();

        // It is there before the child is: nobody can read half of it. The file of the last run is written over where it is:
        // a new file, or one that was emptied first (journaling file systems flush it then), costs more than to start the child.
        using SafeFileHandle handle = File.OpenHandle(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(handle, text.WrittenSpan, 0);
        if (RandomAccess.GetLength(handle) != text.WrittenCount)
            RandomAccess.SetLength(handle, text.WrittenCount);

        void WriteArray(string name, IEnumerable<string> values)
        {
            json.WriteStartArray(name);
            foreach (string value in values)
                json.WriteStringValue(value);
            json.WriteEndArray();
        }
    }

    private static string VariableName(string name)
    {
        var result = new StringBuilder(name.Length);
        foreach (char c in name)
            result.Append(char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_');
        return result.ToString();
    }
}
