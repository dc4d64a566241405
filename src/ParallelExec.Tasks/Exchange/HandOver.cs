using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Exchange;

/// <summary>What a subtask gets from those before it, and gives to those after it: environment variables and files.</summary>
/// <param name="report">Told what is lost on the way: from any thread, each thing once.</param>
/// <param name="trace">Null where the run is not traced.</param>
internal sealed class HandOver(
    ExecutionPlan plan, RunOptions options, IReadOnlyDictionary<string, string> baseEnvironment, string runId, HandOverFiles files,
        Action<Diagnostic> report, TraceContext? trace = null)
{
    /// <summary>
    /// An environment variable that every process of one attempt inherits: also those that left the process tree (a double fork,
    /// <c>setsid</c>) are found by it.
    /// </summary>
    public const string CookieVariable = "PARALLELEXEC_COOKIE";

    /// <summary>Longer notes are cut where they are handed on, in characters.</summary>
    private const int LongestNotes = 20_000;

    private readonly ConcurrentDictionary<int, ImmutableList<HandedOn>> handedOn = new();
    private readonly ConcurrentDictionary<string, bool> told = new(StringComparer.Ordinal);

    /// <summary>What subtasks have asked people.</summary>
    public Questions Questions { get; } = new(options, files.Hidden);

    /// <summary>The complete environment of an attempt; writes its context file.</summary>
    public IReadOnlyDictionary<string, string> Prepare(PlannedSubtask planned, int attempt, IReadOnlyList<SubtaskResult?> results)
    {
        Subtask subtask = planned.Subtask;
        var environment = new Dictionary<string, string>(
            baseEnvironment, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        if (subtask.Work is ProjectWork && subtask.Verify is null)
            return environment;

        ImmutableList<HandedOn> received = Received(planned);
        List<KeyValuePair<string, string>> all = [];
        var givenBy = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string id, ImmutableSortedDictionary<string, string> values, _) in received)
        {
            foreach ((string name, string value) in values)
            {
                string variable = VariableOf(id, name);
                // Of two values with one variable the first counts: in the order of the plan, then of their names.
                if (!givenBy.TryAdd(variable, id))
                    TellLost(variable, givenBy[variable], id);
                else
                    all.Add(new(variable, value));
            }
        }
        HandedOnVariables variables = HandedOnVariables.Of(all);
        foreach ((string name, string value) in variables.Values)
            environment[name] = value;
        trace?.AddTo(environment, planned, attempt);
        foreach ((string name, string value) in subtask.Environment)
            environment[name] = value;
        environment["PARALLELEXEC"] = "1";
        environment["PARALLELEXEC_TASK_ID"] = subtask.Id;
        environment["PARALLELEXEC_GROUP"] = subtask.Group;
        environment["PARALLELEXEC_WAVE"] = planned.Wave.ToString(CultureInfo.InvariantCulture);
        environment["PARALLELEXEC_ATTEMPT"] = attempt.ToString(CultureInfo.InvariantCulture);
        environment["PARALLELEXEC_CORES"] = subtask.Cores.ToString(CultureInfo.InvariantCulture);
        environment["PARALLELEXEC_DIRECTORY"] = options.Directory;
        environment["PARALLELEXEC_CONTEXT"] = HandOverFiles.ContextOf(options, subtask);
        environment["PARALLELEXEC_NOTES"] = HandOverFiles.NotesOf(options, subtask);
        environment["PARALLELEXEC_OUTPUT"] = HandOverFiles.OutputOf(options, subtask);
        environment["PARALLELEXEC_QUESTION"] = HandOverFiles.QuestionOf(options, subtask);
        ImmutableArray<Question> answers = Questions.AnsweredOf(subtask);
        if (!answers.IsEmpty)
            environment["PARALLELEXEC_ANSWER"] = answers[^1].Answer;
        if (subtask.Team is not null)
            environment["PARALLELEXEC_SHARED_CONTEXT"] = subtask.Team.SharedContext;
        environment[CookieVariable] = Cookie(planned, attempt);
        if (!OperatingSystem.IsWindows())
            environment["PWD"] = subtask.WorkingDirectory;
        if (attempt > 1)
            File.Delete(HandOverFiles.OutputOf(options, subtask));
        WriteContext(planned, received, variables.LeftOut, answers, results);
        return environment;
    }

    /// <summary>The environment of a command that is no attempt at the work: nothing is handed to it.</summary>
    public IReadOnlyDictionary<string, string> Declared(PlannedSubtask planned)
    {
        var environment = new Dictionary<string, string>(
            baseEnvironment, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        trace?.AddTo(environment, planned, attempt: 0);
        foreach ((string name, string value) in planned.Subtask.Environment)
            environment[name] = value;
        environment[CookieVariable] = Cookie(planned, 0);
        return environment;
    }

    /// <returns>The path of a file that nobody else uses; it is not there yet.</returns>
    public string NewFile(PlannedSubtask planned, string ending)
    {
        string stem = HandOverFiles.Stem(options, planned.Subtask);
        Directory.CreateDirectory(Path.GetDirectoryName(stem)!);
        return $"{stem}.{Guid.NewGuid():N}{ending}";
    }

    /// <returns>The file that is an agent's input.</returns>
    public string WritePrompt(PlannedSubtask planned, int attempt, string prompt) =>
        files.WritePrompt(planned.Subtask, attempt, prompt);

    /// <inheritdoc cref="HandOverFiles.TakeQuestion" />
    public string? TakeQuestion(PlannedSubtask planned) => files.TakeQuestion(planned.Subtask);

    /// <summary>Reads what a succeeded subtask hands on. The file of values goes: it may hold a secret.</summary>
    /// <param name="port">Of a service: its own.</param>
    public SubtaskResult Collect(PlannedSubtask planned, SubtaskResult result, int? port = null)
    {
        ImmutableSortedDictionary<string, string> values = SubtaskResult.NoValues;
        try
        {
            string text = files.TakeOutput(planned.Subtask) ?? "";
            // The message quotes a line of it, cut: a secret that is cut would not be known any more.
            if (!OutputValues.TryParse(text, out values, out string problem)
                && !OutputValues.TryParse(files.Hidden(text), out _, out problem))
                return Unreadable(problem);
        }
        catch (IOException e)
        {
            return Unreadable(e.Message);
        }
        if (port is { } own && !values.ContainsKey(OwnPort.ValueName))
            values = values.SetItem(OwnPort.ValueName, own.ToString(CultureInfo.InvariantCulture));
        foreach (IGrouping<string, string> same in values.Keys.GroupBy(name => VariableOf(planned.Id, name), StringComparer.Ordinal)
            .Where(same => same.Skip(1).Any()))
        {
            string names = string.Join(" and ", same.Select(name => $"'{name}'"));
            Tell(
                $"'{planned.Id}' hands on {names}, which are one environment variable, {same.Key}: it has the value of '{same.First()}'. "
                    + $"The context file has each under its name. Rename one of them.",
                planned.Subtask.Origin);
        }
        HandOn(planned, values, NotesFrom(planned));
        return result with { Values = values };

        SubtaskResult Unreadable(string why) =>
            result with
            {
                Status = SubtaskStatus.Failed,
                Code = Codes.HandOver,
                Reason = $"what it wrote to PARALLELEXEC_OUTPUT can not be read: {why}"
            };
    }

    /// <summary>The subtask has ended, however: no file of its own keeps a secret. Never throws.</summary>
    public void End(PlannedSubtask planned) => files.End(planned.Subtask);

    /// <summary>What it handed on when it succeeded is handed on again.</summary>
    public void Reuse(PlannedSubtask planned, SuccessRecord record) => HandOn(planned, record.Values, record.Notes);

    public string NotesFrom(PlannedSubtask planned) => Wording.Shorten(files.ReadNotes(planned.Subtask, out _).Trim(), LongestNotes);

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
        PlannedSubtask planned, ImmutableList<HandedOn> received, ImmutableArray<string> leftOut, ImmutableArray<Question> answers,
            IReadOnlyList<SubtaskResult?> results)
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
                json.WriteString(name, value);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        if (!leftOut.IsEmpty)
            WriteArray("valuesOnlyHere", leftOut);
        json.WriteStartObject("notes");
        foreach ((string id, _, string notes) in received.Where(entry => entry.Notes.Length > 0))
            json.WriteString(id, notes);
        json.WriteEndObject();
        if (!answers.IsEmpty)
        {
            json.WriteStartArray("answers");
            foreach ((string question, string answer) in answers)
            {
                json.WriteStartObject();
                json.WriteString("question", question);
                json.WriteString("answer", answer);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (subtask.TaskFile is { Details.Length: > 0 } taskFile)
        {
            json.WritePropertyName("details");
            json.WriteRawValue(taskFile.Details);
        }
        json.WriteEndObject();
        json.Flush();
        files.WriteContext(subtask, text.WrittenSpan);

        void WriteArray(string name, IEnumerable<string> values)
        {
            json.WriteStartArray(name);
            foreach (string value in values)
                json.WriteStringValue(value);
            json.WriteEndArray();
        }
    }

    private string Cookie(PlannedSubtask planned, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{runId}-{planned.Index}-{attempt};");

    private void TellLost(string variable, string first, string second)
    {
        if (first == second)
            return;
        Tell(
            $"'{first}' and '{second}' hand on values that are one environment variable, {variable}: it has the value of '{first}'. The "
                + $"context file has each under its id. Rename one of the subtasks, or of the values.",
            plan.Subtasks.FirstOrDefault(subtask => subtask.Id == second)?.Subtask.Origin);
    }

    private void Tell(string message, Origin? origin)
    {
        if (told.TryAdd(message, true))
            report(Diagnostic.Warning(Codes.VariableLost, files.Hidden(message), origin));
    }

    private static string VariableOf(string id, string name) => $"PARALLELEXEC_OUTPUT_{VariableName(id)}_{VariableName(name)}";

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
