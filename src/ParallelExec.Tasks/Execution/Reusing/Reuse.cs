using System.Collections.Immutable;
using ParallelExec.Exchange;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Reusing;

/// <summary>Whether what a subtask did before still holds, so that it need not run.</summary>
/// <param name="earlier">What has succeeded in earlier runs, by id.</param>
/// <param name="masker">Knows the secrets, which are kept nowhere; null = there are none.</param>
internal sealed class Reuse(
    ExecutionPlan plan,
    RunOptions options,
    HandOver handOver,
    Lazy<FileHashes> hashes,
    ToolVersions versions,
    IReadOnlyDictionary<string, SuccessRecord> earlier,
    SecretMasker? masker)
{
    private readonly FingerprintBuilder fingerprints = new(plan, options, handOver, hashes, versions.Of);
    private BatchReuse? batches;
    private readonly bool[] hasRun = new bool[plan.Subtasks.Length];
    private readonly bool[] workedAnew = new bool[plan.Subtasks.Length];
    private readonly Reused?[] resting = new Reused?[plan.Subtasks.Length];

    /// <summary>Its work was done in this run, so what it wrote or handed on may be new.</summary>
    public bool HasRun(int index) => hasRun[index];

    public void SetHasRun(PlannedSubtask subtask)
    {
        hasRun[subtask.Index] = true;
        workedAnew[subtask.Index] = subtask.Subtask.Work is AgentWork || subtask.Dependencies.Any(index => workedAnew[index]);
    }

    /// <summary>A milestone does nothing, and neither does a service by itself: what is new after it is what is new before it.</summary>
    public void Pass(PlannedSubtask idle)
    {
        handOver.Pass(idle);
        if (idle.Dependencies.Any(HasRun))
            SetHasRun(idle);
    }

    /// <summary>What it handed on when it succeeded is handed on again.</summary>
    public void HandOn(PlannedSubtask planned, SuccessRecord record) => handOver.Reuse(planned, record);

    /// <summary>What it has asked in an earlier run, and nobody has answered: it would only ask again.</summary>
    public string? OpenQuestionOf(PlannedSubtask planned) => handOver.Questions.OpenOf(planned.Subtask);

    /// <summary>The files it reads are declared: it need not run while nothing has changed.</summary>
    public static bool IsUpToDateChecked(Subtask subtask, RunOptions options) => !subtask.Inputs.IsEmpty && subtask.Cache
        && options.Cache != CacheMode.None && CanBeReused(subtask);

    /// <summary>What must be known of earlier runs; otherwise nobody has to read it.</summary>
    public static bool IsNeeded(ExecutionPlan plan, RunOptions options) =>
        options.Resume == true || plan.Subtasks.Any(subtask => subtask.Excluded is null
            && (IsUpToDateChecked(subtask.Subtask, options) || IsResumed(subtask.Subtask, options)));

    /// <summary>
    /// What it did in the last run counts. An agent's work was paid for: unless somebody says otherwise, it is not done again.
    /// </summary>
    private static bool IsResumed(Subtask subtask, RunOptions options) =>
        (options.Resume ?? subtask.Work is AgentWork) && subtask.Cache && CanBeReused(subtask);

    /// <summary>What of earlier runs counts on. Without <c>Resume</c> a run begins anew, but for what is up to date.</summary>
    public IEnumerable<KeyValuePair<string, SuccessRecord>> Kept => earlier.Count == 0 ? [] :
        plan.Subtasks.Where(subtask => options.Resume == true || IsResumed(subtask.Subtask, options)
                || IsUpToDateChecked(subtask.Subtask, options with { Cache = CacheMode.UpToDate }))
            .Where(subtask => earlier.ContainsKey(subtask.Id))
            .Select(subtask => KeyValuePair.Create(subtask.Id, earlier[subtask.Id]));

    /// <summary>Looks whether it need not run. What it depends on must have ended.</summary>
    public Reused Find(PlannedSubtask planned) => resting[planned.Index] ?? Find(planned, inputsAreThere: true);

    /// <summary>It was found earlier that it need not run.</summary>
    public bool IsResting(PlannedSubtask planned) => resting[planned.Index] is not null;

    /// <summary>Looks earlier than it starts. Where it need not run, that holds then too.</summary>
    public bool Rests(PlannedSubtask planned)
    {
        Reused reused = Find(planned);
        if (reused.Record is not { } record)
        {
            // What it is made of is what is there when it starts.
            fingerprints.Forget(planned);
            return false;
        }
        resting[planned.Index] = reused;
        HandOn(planned, record);
        return true;
    }

    private Reused Find(PlannedSubtask planned, bool inputsAreThere)
    {
        Reused found = inputsAreThere && IsUpToDateChecked(planned.Subtask, options) && fingerprints.ProblemOf(planned) is { } problem
            ? new Reused(null, "its Inputs match no file") { Problem = problem }
            : FindRecord(planned);
        // What its result is made of is what is there now, whether or not there is something to compare with.
        bool compared = FingerprintBuilder.ReadsFiles(planned.Subtask) && CanBeReused(planned.Subtask);
        return found with { Fingerprint = compared ? fingerprints.Of(planned) : null };
    }

    private Reused FindRecord(PlannedSubtask planned)
    {
        Subtask subtask = planned.Subtask;
        bool isChecked = IsUpToDateChecked(subtask, options);
        if (!isChecked && !IsResumed(subtask, options))
            return new Reused(null, null);
        if (isChecked && subtask.Batch is not null)
            return FindBatch(planned);
        if (!earlier.TryGetValue(planned.Id, out SuccessRecord? record))
            return new Reused(null, isChecked ? Reused.NeverSucceeded : null);
        if (!isChecked && RanAgain(planned) is { } again)
            return new Reused(null, $"'{again}' ran again");
        if (fingerprints.Of(planned).DifferenceFrom(record.Fingerprint) is { } difference)
            return new Reused(null, difference);
        return OutputsDiffer(subtask, record) is { } output
            ? new Reused(null, output)
            : new Reused(record, isChecked ? "nothing that it depends on has changed" : "succeeded in the last run");
    }

    /// <summary>
    /// What it depends on and has worked anew; null where nothing has. A command in front of an agent runs each time; what it hands on is
    /// compared. An agent that worked again has made something new.
    /// </summary>
    public string? RanAgain(PlannedSubtask planned) =>
        planned.Dependencies.FirstOrDefault(index => options.Resume is null ? workedAnew[index] : hasRun[index], -1) is >= 0 and int again
            ? plan.Subtasks[again].Id : null;

    private Reused FindBatch(PlannedSubtask planned)
    {
        batches ??= new BatchReuse(plan, fingerprints, hashes, earlier);
        ImmutableArray<BatchFile> stale = batches.StaleOf(planned);
        int all = planned.Subtask.Batch!.Files.Length;
        if (stale.Length == all)
            return new Reused(null, earlier.ContainsKey(planned.Id) ? "none of its files is up to date" : Reused.NeverSucceeded);
        if (!stale.IsEmpty)
            return new Reused(
                null, $"{Wording.Count(stale.Length, "file")} of {all}: "
                + $"{Wording.Ids([.. stale.Select(file => file.In)], shown: 3)}")
            { Stale = stale };
        Fingerprint now = fingerprints.Of(planned);
        const string Why = "nothing that it depends on has changed";
        return earlier.TryGetValue(planned.Id, out SuccessRecord? record) && record.Fingerprint.Digest == now.Digest
            ? new Reused(record, Why)
            : new Reused(
                new SuccessRecord { Fingerprint = now, Outputs = Stamps(planned.Subtask, DeclaredFiles.Existing(planned.Subtask.Outputs)) },
                Why)
            { IsNew = true };
    }

    /// <summary>The plan with what would become of each subtask if it were run now. Nothing runs.</summary>
    public ExecutionPlan Forecast()
    {
        var forecast = new Reused?[plan.Subtasks.Length];
        foreach (PlannedSubtask subtask in plan.Waves.SelectMany(wave => wave))
        {
            string? before = subtask.Dependencies.FirstOrDefault(HasRun, -1) is >= 0 and int index ? plan.Subtasks[index].Id : null;
            // What runs before it may write its inputs.
            Reused reused = Find(subtask, inputsAreThere: before is null);
            if ((reused.Record ?? earlier.GetValueOrDefault(subtask.Id)) is { } record)
                handOver.Reuse(subtask, record);
            else
                handOver.Pass(subtask);
            // A milestone does nothing, so nothing is new after it but what is new before it.
            if (reused.Record is null ? subtask.Subtask is { Work: not MilestoneWork, Service: null }
                || before is not null : before is not null)
                SetHasRun(subtask);
            forecast[subtask.Index] = reused.Record is not null && before is not null
                ? new Reused(null, $"'{before}' runs before it; if that changes nothing, it is up to date") : reused;
        }
        PlannedSubtask Seen(PlannedSubtask subtask) => subtask with { Reused = forecast[subtask.Index] };
        return plan with
        {
            Subtasks = [.. plan.Subtasks.Select(Seen)],
            Waves = [.. plan.Waves.Select(wave => wave.Select(Seen).ToImmutableArray())]
        };
    }

    /// <summary>What later runs compare with; null where its result is not to be used again.</summary>
    public SuccessRecord? RecordOf(PlannedSubtask planned, SubtaskResult result) =>
        RecordOf(planned, result.Values, handOver.NotesFrom(planned));

    /// <inheritdoc cref="RecordOf(PlannedSubtask, SubtaskResult)" />
    public SuccessRecord? RecordOf(PlannedSubtask planned, ImmutableSortedDictionary<string, string> values, string notes)
    {
        if (!CanBeReused(planned.Subtask) || !planned.Subtask.Cache || HoldsSecret(notes) || values.Values.Any(HoldsSecret))
            return null;
        return new SuccessRecord
        {
            Fingerprint = fingerprints.OfResult(planned),
            Outputs = Stamps(planned.Subtask, DeclaredFiles.Existing(planned.Subtask.Outputs)),
            Values = values,
            Notes = notes,
        };
    }

    private bool HoldsSecret(string text) => masker is not null && masker.Apply(text) != text;

    // Cleanup cleans up after this run, and a service serves it. Task folders say themselves what is done, and people change that.
    private static bool CanBeReused(Subtask subtask) =>
        subtask is { Always: false, TaskFile: null, Service: null, Work: not MilestoneWork };

    private string? OutputsDiffer(Subtask subtask, SuccessRecord record)
    {
        // What an agent wrote is worked on afterwards, by others too: that is no reason to have it written again.
        bool mayBeEdited = subtask is { Work: AgentWork, Inputs.IsEmpty: true };
        ImmutableArray<OutputStamp> now = mayBeEdited ? [] : Stamps(subtask, [.. record.Outputs.Select(output => output.Path)]);
        if (record.Outputs.Zip(now).FirstOrDefault(pair => pair.First != pair.Second || pair.Second.State == Fingerprint.Unreadable)
            is ({ } changed, { State: var state }))
        {
            string how = state switch
            {
                Fingerprint.NoFile => "is gone",
                Fingerprint.Unreadable => "can not be read",
                _ => "was edited since"
            };
            return $"output {Path.GetRelativePath(options.ProjectDirectory, changed.Path)} {how}";
        }
        return subtask.Outputs.FirstOrDefault(output => !DeclaredFiles.Exists(output)) is { } missing ? $"output {missing.Declared} is gone"
            : null;
    }

    // Where inputs are read, outputs are too: then a touched file is still the same, and an edited one is never. For a result that only
    // a resume asks for, nobody should pay that.
    private ImmutableArray<OutputStamp> Stamps(Subtask subtask, string[] files)
    {
        if (files.Length == 0)
            return [];
        string?[] states = subtask.Inputs.IsEmpty ? [.. files.Select(DeclaredFiles.SizeAndTime)] : hashes.Value.Of(files);
        return [.. files.Select((file, i) => new OutputStamp(file, states[i] ?? Fingerprint.NoFile))];
    }
}
