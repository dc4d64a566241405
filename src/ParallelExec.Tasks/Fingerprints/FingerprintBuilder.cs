using System.Runtime.InteropServices;
using ParallelExec.Exchange;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Fingerprints;

/// <summary>
/// Makes the fingerprints of a plan's subtasks: of what is declared, of the contents of inputs, of what they depend on and get from it.
/// </summary>
/// <param name="hashes">Made when the first input is looked at.</param>
/// <param name="toolVersion">A digest of what the declared <c>VersionCommand</c> says; null where none is declared.</param>
internal sealed class FingerprintBuilder(
    ExecutionPlan plan, RunOptions options, HandOver handOver, Lazy<FileHashes> hashes, Func<PlannedSubtask, string?> toolVersion)
{
    private const string InputPrefix = "input ";

    private static readonly string Platform = FingerprintParts.Hash(
        $"{(OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux")}-{RuntimeInformation.OSArchitecture}");

    private readonly Fingerprint?[] made = new Fingerprint?[plan.Subtasks.Length];

    private readonly HashSet<string> services =
        [.. plan.Subtasks.Where(subtask => subtask.Subtask.Service is not null).Select(subtask => subtask.Id)];

    private readonly string projectFolder = options.ProjectDirectory.TrimEnd('/', '\\') + Path.DirectorySeparatorChar;

    // Of each subtask the inputs that stand for nothing, as it was looked at last.
    private readonly string?[] unmatched = new string?[plan.Subtasks.Length];

    /// <summary>As things are when it is asked for first: what a subtask depends on must have ended.</summary>
    public Fingerprint Of(PlannedSubtask subtask)
    {
        // Without recursion: chains can be long, and what was left out of a run is made only when somebody asks.
        var open = new Stack<PlannedSubtask>([subtask]);
        while (open.TryPeek(out PlannedSubtask? next))
        {
            PlannedSubtask[] missing =
                [.. next.Dependencies.Where(index => Volatile.Read(ref made[index]) is null).Select(index => plan.Subtasks[index])];
            if (missing.Length == 0)
            {
                open.Pop();
                if (Volatile.Read(ref made[next.Index]) is null)
                    Volatile.Write(ref made[next.Index], Make(next));
            }
            foreach (PlannedSubtask dependency in missing)
                open.Push(dependency);
        }
        return made[subtask.Index]!;
    }

    /// <summary>The next who asks gets what is then.</summary>
    public void Forget(PlannedSubtask subtask) => Volatile.Write(ref made[subtask.Index], null);

    /// <summary>
    /// What a result was made of: all as it was before the work, but for what the work itself has written among its inputs. It is unsettled
    /// where another input has changed meanwhile: nobody knows whether the work read it before or after that.
    /// </summary>
    public Fingerprint OfResult(PlannedSubtask planned)
    {
        Fingerprint before = Of(planned);
        if (!ReadsFiles(planned.Subtask))
            return before;
        Fingerprint after = Make(planned);
        if (after.Digest != before.Digest)
        {
            string[] changed =
                [.. after.Parts.Except(before.Parts).Concat(before.Parts.Except(after.Parts)).Select(part => part.Key)
                .Distinct(StringComparer.Ordinal).Where(name => !IsOwnOutput(planned.Subtask, name))];
            Volatile.Write(ref made[planned.Index], after = changed.Length == 0 ? after : after.Unsettle(changed));
        }
        return after;
    }

    /// <summary>
    /// Inputs in which nothing is that could change, so that a mistyped one would go unnoticed; null where there are none.
    /// </summary>
    public Diagnostic? ProblemOf(PlannedSubtask planned)
    {
        Of(planned);
        return unmatched[planned.Index] is { } declared
            ? Diagnostic.Warning(
                Codes.NoInput,
                $"Inputs of '{planned.Id}' match no file: {declared}, in '{options.ProjectDirectory}'. "
                    + "So nothing tells whether it is up to date, and it runs. Correct the path, or remove it.",
                planned.Subtask.Origin,
                "Inputs")
            : null;
    }

    /// <summary>It is to be asked for before the work, which may change what it is made of.</summary>
    public static bool ReadsFiles(Subtask subtask) => !subtask.Inputs.IsEmpty || subtask.Work is AgentWork;

    public static bool IsInput(string part) => part.StartsWith(InputPrefix, StringComparison.Ordinal);

    /// <summary>The name of an input's part.</summary>
    public string PartOf(string file) => InputPrefix + Relative(file);

    private Fingerprint Make(PlannedSubtask planned)
    {
        Subtask subtask = planned.Subtask;
        var parts = new FingerprintParts();
        parts.AddDigest("platform", Platform);
        AddWork(subtask, parts);
        parts.Add("WorkingDirectory", Relative(subtask.WorkingDirectory));
        parts.Add("Verify", subtask.Verify?.CommandLine);
        IEnumerable<string> takenBack = subtask.Outputs.SelectMany(output => output.Except).Distinct()
            .Select(excluded => "!" + excluded.Declared);
        if (subtask.Batch is null)
            parts.Add("Outputs", string.Join('\0', subtask.Outputs.Select(output => output.Declared).Concat(takenBack)));
        foreach ((string name, string value) in subtask.Environment)
            parts.AddDigest($"Environment {name}", FingerprintParts.Hash(value));
        foreach (int dependency in planned.Dependencies)
            parts.AddDigest($"dependency '{plan.Subtasks[dependency].Id}'", made[dependency]!.Digest);
        // A service's port is another one each time, and says nothing.
        foreach (HandedOn received in handOver.Received(planned).Where(received => !services.Contains(received.Id)))
        {
            foreach ((string name, string value) in received.Values)
                parts.AddDigest($"value {name} of '{received.Id}'", FingerprintParts.Hash(value));
        }
        parts.Add("VersionCommand", subtask.VersionCommand?.CommandLine);
        parts.Add("tool version", toolVersion(planned));
        unmatched[planned.Index] = AddInputs(subtask, parts);
        return parts.ToFingerprint();
    }

    private void AddWork(Subtask subtask, FingerprintParts parts)
    {
        switch (subtask.Work)
        {
            // Which files are in it differs from run to run; each is a part of its own.
            case var _ when subtask.Batch is { } batch:
                parts.Add("Template", batch.Template);
                parts.Add("Shell", (subtask.Work as CommandWork)?.Shell);
                break;
            case CommandWork command:
                parts.Add("Command", command.CommandLine);
                parts.Add("Shell", command.Shell);
                break;
            case ToolWork tool:
                parts.Add("Tool", tool.Tool);
                parts.Add("Arguments", string.Join('\0', tool.Arguments));
                break;
            case ProjectWork project:
                parts.Add("Project", Relative(project.ProjectFile));
                parts.Add("Targets", string.Join('\0', project.Targets));
                parts.Add("Properties", string.Join('\0', project.Properties.Select(property => $"{property.Key}={property.Value}")));
                foreach ((string name, string value) in options.GlobalProperties)
                    parts.Add($"property {name}", value);
                break;
            case AgentWork agent:
                parts.Add("Agent", agent.Agent);
                parts.Add("Prompt", agent.Prompt);
                if (agent.Command is { } runner)
                    parts.Add("runner",
                        string.Join('\0',
                        [runner.Preset ?? "", runner.Tool, .. runner.Arguments,
                        .. runner.Environment.Select(pair => $"{pair.Key}={pair.Value}")]));
                parts.Add("AcceptanceCriteria", string.Join('\0', subtask.AcceptanceCriteria));
                break;
            case TestWork test:
                // Not the SDK's own things: they belong to the inputs, as those of every other command do.
                parts.Add("Test", Relative(test.Assembly));
                parts.Add("Filter", test.Filter);
                parts.Add("Settings", test.Settings is { } settings ? Relative(settings) : null);
                parts.Add("Arguments", string.Join('\0', test.Arguments));
                parts.Add("Shard", $"{test.Shard}/{test.Shards}");
                parts.Add("Coverage", test.Coverage ? "true" : null);
                break;
            case MilestoneWork:
                break;
            default:
                throw subtask.Work.NotKnown();
        }
    }

    /// <returns>What stands for no file, where that is no accident: all, or a pattern in a folder that is not there.</returns>
    private string? AddInputs(Subtask subtask, FingerprintParts parts)
    {
        if (!ReadsFiles(subtask))
            return null;
        string state = options.Directory.TrimEnd('/', '\\') + Path.DirectorySeparatorChar;
        var files = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var explicitly = new HashSet<string>(StringComparer.Ordinal);
        foreach (PathPattern input in subtask.Inputs)
        {
            Add(DeclaredFiles.Of(input));
            if (!input.IsGlob)
                explicitly.Add(input.FullPath);
        }
        int count = files.Count;
        if (subtask.Work is AgentWork)
            Add(subtask.ContextFiles.Where(File.Exists));
        string?[] digests = hashes.Value.Of(files);
        for (int i = 0; i < digests.Length; i++)
        {
            digests[i] = digests[i] is { } digest
                ? digest[..Math.Min(32, digest.Length)]
                : WithoutDigest(files[i], explicitly.Contains(files[i]));
            parts.AddDigest(InputPrefix + Relative(files[i]), digests[i]!);
        }
        // A shared input that is gone must not look like a file that is in another batch now.
        if (subtask.Batch is { } batch)
        {
            string shared = string.Join('\0', files.Except(batch.Files.Select(file => file.Path)).Select(Relative));
            parts.AddDigest("shared inputs", FingerprintParts.Hash(shared));
        }
        bool nothing = digests.Take(count).All(digest => digest == Fingerprint.NoFile);
        string[] unmatched = [.. subtask.Inputs.Where(input => nothing || (input.IsGlob && !Directory.Exists(input.Folder)))
            .Select(input => $"'{input.Declared}'")];
        return unmatched.Length == 0 ? null : string.Join(", ", unmatched);

        void Add(IEnumerable<string> found)
        {
            // Our own files change with each run.
            files.AddRange(found.Where(file => !file.StartsWith(state, StringComparison.Ordinal) && seen.Add(file)));
        }
    }

    // A name that is no text of the system's encoding is found under another, which is not there.
    private static string WithoutDigest(string file, bool isExplicit) =>
        file.Contains('\uFFFD', StringComparison.Ordinal) ? Fingerprint.Unreadable
            : isExplicit && Path.Exists(file) ? Fingerprint.NoRegularFile : Fingerprint.NoFile;

    private bool IsOwnOutput(Subtask subtask, string part) =>
        part.StartsWith(InputPrefix, StringComparison.Ordinal)
        && Path.GetFullPath(part[InputPrefix.Length..], options.ProjectDirectory) is var file
        && subtask.Outputs.Any(output => output.Includes(file));

    // The same work in another checkout has the same fingerprint.
    private string Relative(string path)
    {
        // Most lie below, and asking the framework for each of ten thousand costs more than looking at the file.
        string below = path.StartsWith(projectFolder, StringComparison.Ordinal)
            ? path[projectFolder.Length..]
            : Path.GetRelativePath(options.ProjectDirectory, path);
        return below.Replace('\\', '/');
    }
}
