using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using ParallelExec.Execution.Reusing;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Exchange;

/// <summary>What a subtask gets from those before it, and gives to those after it: environment variables and files.</summary>
internal sealed class HandOver(
    ExecutionPlan plan, RunOptions options, IReadOnlyDictionary<string, string> baseEnvironment, string runId, SecretMasker? masker)
{
    /// <summary>
    /// An environment variable that every process of one attempt inherits: also those that left the process tree (a double fork,
    /// <c>setsid</c>) are found by it.
    /// </summary>
    public const string CookieVariable = "PARALLELEXEC_COOKIE";

    // A value that is longer is in the context file only: systems bound the size of an environment.
    private const int LongestVariable = 30_000;

    /// <summary>Longer notes are cut where they are handed on, in characters.</summary>
    private const int LongestNotes = 20_000;

    private readonly ConcurrentDictionary<int, ImmutableList<HandedOn>> handedOn = new();

    /// <summary>The complete environment of an attempt; writes its context file.</summary>
    public IReadOnlyDictionary<string, string> Prepare(PlannedSubtask planned, int attempt, IReadOnlyList<SubtaskResult?> results)
    {
        Subtask subtask = planned.Subtask;
        var environment = new Dictionary<string, string>(baseEnvironment, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        if (subtask.Work is ProjectWork && subtask.Verify is null)
            return environment;

        string stem = Stem(options, subtask);
        ImmutableList<HandedOn> received = Received(planned);
        foreach ((string id, ImmutableSortedDictionary<string, string> values, _) in received)
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
        environment["PARALLELEXEC_NOTES"] = NotesOf(options, subtask);
        environment["PARALLELEXEC_OUTPUT"] = stem + ".output";
        if (subtask.Team is not null)
            environment["PARALLELEXEC_SHARED_CONTEXT"] = subtask.Team.SharedContext;
        environment[CookieVariable] = Cookie(planned, attempt);
        if (!OperatingSystem.IsWindows())
            environment["PWD"] = subtask.WorkingDirectory;
        if (attempt > 1)
            File.Delete(stem + ".output");
        WriteContext(stem + ".context.json", planned, received, results);
        return environment;
    }

    /// <summary>The environment of a command that is no attempt at the work: nothing is handed to it.</summary>
    public IReadOnlyDictionary<string, string> Declared(PlannedSubtask planned)
    {
        var environment = new Dictionary<string, string>(baseEnvironment, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach ((string name, string value) in planned.Subtask.Environment)
            environment[name] = value;
        environment[CookieVariable] = Cookie(planned, 0);
        return environment;
    }

    /// <returns>The path of a file that nobody else uses; it is not there yet.</returns>
    public string NewFile(PlannedSubtask planned, string ending)
    {
        string stem = Stem(options, planned.Subtask);
        Directory.CreateDirectory(Path.GetDirectoryName(stem)!);
        return $"{stem}.{Guid.NewGuid():N}{ending}";
    }

    /// <summary>The files that belong to one subtask, without their endings.</summary>
    public static string Stem(RunOptions options, Subtask subtask) => Path.Combine(options.Directory, "handover", LogFiles.SafeName(subtask.Id));

    /// <summary>Where a subtask writes what others should know.</summary>
    public static string NotesOf(RunOptions options, Subtask subtask) => Stem(options, subtask) + ".notes.md";

    /// <returns>The file that is an agent's input.</returns>
    public string WritePrompt(PlannedSubtask planned, string prompt)
    {
        string file = Stem(options, planned.Subtask) + ".prompt.md";
        File.WriteAllText(file, prompt);
        return file;
    }

    /// <summary>Reads what a succeeded subtask hands on. The file of values goes: it may hold a secret.</summary>
    public SubtaskResult Collect(PlannedSubtask planned, SubtaskResult result)
    {
        string file = Stem(options, planned.Subtask) + ".output";
        ImmutableSortedDictionary<string, string> values = SubtaskResult.NoValues;
        if (File.Exists(file))
        {
            string text = File.ReadAllText(file);
            File.Delete(file);
            if (!OutputValues.TryParse(text, out values, out string problem))
                return result with { Status = SubtaskStatus.Failed, Code = Codes.HandOver, Reason = $"what it wrote to PARALLELEXEC_OUTPUT can not be read: {problem}" };
        }
        HandOn(planned, values, NotesFrom(planned));
        return result with { Values = values };
    }

    /// <summary>What it handed on when it succeeded is handed on again.</summary>
    public void Reuse(PlannedSubtask planned, SuccessRecord record) => HandOn(planned, record.Values, record.Notes);

    public string NotesFrom(PlannedSubtask planned)
    {
        string file = NotesOf(options, planned.Subtask);
        return File.Exists(file) ? Wording.Shorten(File.ReadAllText(file).Trim(), LongestNotes) : "";
    }

    private void HandOn(PlannedSubtask planned, ImmutableSortedDictionary<string, string> values, string notes)
    {
        if (values.Count > 0 || notes.Length > 0)
            handedOn[planned.Index] = Received(planned).Add(new HandedOn(planned.Id, values, notes));
        else
            Pass(planned);
    }

    /// <summary>A subtask that gives nothing of its own still passes on what it received.</summary>
    public ImmutableSortedDictionary<string, string> Pass(PlannedSubtask planned)
    {
        if (Received(planned) is { IsEmpty: false } received)
            handedOn[planned.Index] = received;
        return SubtaskResult.NoValues;
    }

    /// <summary>From all that it depends on, directly or not.</summary>
    public ImmutableList<HandedOn> Received(PlannedSubtask planned)
    {
        ImmutableList<HandedOn> all = [];
        if (handedOn.IsEmpty)
            return all;
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (int dependency in planned.Dependencies)
        {
            if (handedOn.TryGetValue(dependency, out ImmutableList<HandedOn>? entries))
                all = all.AddRange(entries.Where(entry => seen.Add(entry.Id)));
        }
        return all;
    }

    private void WriteContext(
        string file, PlannedSubtask planned, ImmutableList<HandedOn> received, IReadOnlyList<SubtaskResult?> results)
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
        foreach ((string id, ImmutableSortedDictionary<string, string> values, _) in received.Where(entry => !entry.Values.IsEmpty))
        {
            json.WriteStartObject(id);
            foreach ((string name, string value) in values)
                json.WriteString(name, masker?.Apply(value) ?? value);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartObject("notes");
        foreach ((string id, _, string notes) in received.Where(entry => entry.Notes.Length > 0))
            json.WriteString(id, masker?.Apply(notes) ?? notes);
        json.WriteEndObject();
        if (subtask.TaskFile is { Details.Length: > 0 } taskFile)
        {
            json.WritePropertyName("details");
            json.WriteRawValue(taskFile.Details);
        }
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

    private string Cookie(PlannedSubtask planned, int attempt) => string.Create(CultureInfo.InvariantCulture, $"{runId}-{planned.Index}-{attempt};");

    private static string VariableName(string name)
    {
        var result = new StringBuilder(name.Length);
        foreach (char c in name)
            result.Append(char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_');
        return result.ToString();
    }
}

/// <summary>What a subtask gave to those after it.</summary>
/// <param name="Values">Written to <c>PARALLELEXEC_OUTPUT</c>.</param>
/// <param name="Notes">Written to <c>PARALLELEXEC_NOTES</c>; empty = none.</param>
internal sealed record HandedOn(string Id, ImmutableSortedDictionary<string, string> Values, string Notes);
