using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Parsing.TaskFolders;

/// <summary>
/// Reads folders of features. Lenient: what is merely odd is one warning at its place, what can not be understood one error, and the rest
/// is read.
/// </summary>
internal sealed partial class TaskFolderReader(RunOptions options, List<Diagnostic> diagnostics)
{
    /// <summary>Fields that become something of a subtask, or are written by us; all others are handed to the agent as they are.</summary>
    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.Ordinal,
        "id", "seq", "title", "status", "depends_on", "parallel", "suggested_agent", "agent_id", "context_files", "reference_files",
            "acceptance_criteria",
        "deliverables", "started_at", "completed_at", "completion_summary", "run", "command", "prompt", "verify", "timeout", "retries",
            "estimated_duration");

    /// <summary>In characters; a longer text is prose.</summary>
    private const int LongestPath = 1000;

    /// <summary>Of a text in a message, in characters.</summary>
    private const int LongestShown = 200;

    /// <summary>In characters: an id has 200 at most, with the sequence number in it.</summary>
    private const int LongestFeature = 190;

    private readonly RealPaths realPaths = new();
    private readonly TaskFolderFiles files = new(options, diagnostics);

    public ImmutableArray<Feature> Read()
    {
        var features = ImmutableArray.CreateBuilder<Feature>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string folder in options.TaskFolders.Select(Path.TrimEndingDirectorySeparator))
        {
            if (Path.GetFileName(folder).Length == 0)
            {
                diagnostics.Add(
                    Diagnostic.Error(
                        Codes.NoTaskFolder,
                        $"'{folder}' is the root of the file system, no task folder. Name the folder that holds task.json, or one above "
                        + $"it."));
                continue;
            }
            if (!Directory.Exists(folder))
            {
                diagnostics.Add(
                    Diagnostic.Error(
                        Codes.NoTaskFolder, $"There is no task folder '{folder}'. It is taken relative to the project's folder."));
                continue;
            }
            string[] found = files.FeaturesIn(folder);
            // A folder can be named twice, stand in another that is named too, or be linked.
            foreach (string feature in found)
            {
                if (seen.Add(realPaths.Of(feature)))
                    features.Add(ReadFeature(feature));
                else
                    diagnostics.Add(
                        Diagnostic.Warning(
                            Codes.Oddity,
                            $"'{feature}' is named twice, in ParallelExecTaskFolder, as a ParallelTaskFolder item, or by a link. It is "
                            + $"read once."));
            }
        }
        return features.ToImmutable();
    }

    public static string FeatureId(string folder) => NotForIds().Replace(Path.GetFileName(folder), "-");

    private Feature ReadFeature(string folder)
    {
        JsonFile? task = Path.Exists(Path.Combine(folder, "task.json")) ? files.Load(Path.Combine(folder, "task.json")) : null;
        var fields = task is null ? null : new JsonFields(task, task.Path, diagnostics);
        var feature = new Feature
        {
            Id = FeatureId(folder),
            Folder = folder,
            File = task?.Path,
            Name = fields?.Text("name") ?? "",
            Status = fields?.Text("status") ?? "active",
            Objective = fields?.Text("objective") ?? "",
        };
        if (!Values.IsId(feature.Id) || feature.Id.Length > LongestFeature)
            diagnostics.Add(
                Diagnostic.Error(
                    Codes.InvalidId,
                    $"The folder's name '{feature.Id}' is too long to be a part of ids; rename it: {LongestFeature} characters at most."));
        if (!Path.Exists(Path.Combine(folder, "task.json")))
            diagnostics.Add(Diagnostic.Warning(Codes.Oddity, $"'{folder}' has no task.json; its subtasks are read without it."));

        JsonFile[] subtasks = [.. TaskFolderFiles.SubtaskFiles(folder).Select(files.Load).OfType<JsonFile>()];
        var missing = new List<MissingFile>();
        ImmutableArray<string> shared = fields is null ? [] : Paths(fields, "context_files", missing);
        var parsed = subtasks.Select(file => (File: file, Seq: Siblings.SeqOf(file, feature.Id, diagnostics)))
            .OrderBy(entry => Siblings.Order(entry.Seq)).ThenBy(entry => entry.File.Path, StringComparer.Ordinal).ToArray();
        var bySeq = new Dictionary<int, string>();
        foreach ((JsonFile file, string seq) in parsed)
        {
            if (!bySeq.TryAdd(Siblings.Order(seq), file.Path))
            {
                diagnostics.Add(Diagnostic.Error(
                    Codes.DuplicateId,
                        $"The sequence number {seq} stands in {Path.GetFileName(bySeq[Siblings.Order(seq)])} and in "
                        + $"{Path.GetFileName(file.Path)}. Give one of them another.",
                        At(file, file.Root["seq"]?.Start ?? file.Root.Start, feature.Id)));
            }
        }
        var siblings = new Siblings(feature.Id, parsed);
        feature = feature with
        {
            Subtasks =
            [.. parsed.Select(entry => ReadSubtask(entry.File, entry.Seq, feature, shared, missing, siblings))]
        };
        if (task is not null)
            CheckCounts(fields!, feature, subtasks.Length);
        return feature;
    }

    private Subtask ReadSubtask(
        JsonFile file, string seq, Feature feature, ImmutableArray<string> shared, IEnumerable<MissingFile> sharedMissing,
            Siblings siblings)
    {
        string id = $"{feature.Id}-{seq}";
        var fields = new JsonFields(file, id, diagnostics);
        ImmutableArray<string> deliverables = fields.List("deliverables");
        string? command = fields.Text("command") ?? fields.Command("run");
        string agent = fields.Text("suggested_agent") ?? "", title = fields.Text("title") ?? "";
        List<MissingFile> missing = [.. sharedMissing];
        ImmutableArray<string> context =
            [.. shared.Concat(Paths(fields, "context_files", missing)).Concat(Paths(fields, "reference_files", missing))
            .Distinct(StringComparer.Ordinal)];
        Work work = command is null ? new AgentWork(agent, fields.Text("prompt") ?? "") : new CommandWork(command, Shell: null);
        return new Subtask
        {
            Id = id,
            Work = work,
            Origin = At(file, file.Root.Start, id),
            Group = feature.Id,
            Title = title,
            DependsOn = Dependencies(fields, file, feature, siblings),
            Parallel = fields.Boolean("parallel") ?? false,
            Cores = Subtask.DefaultCores(work),
            Timeout = fields.Duration("timeout", TimeSpan.FromSeconds(1)) ?? Subtask.DefaultTimeout(work),
            Retries = fields.WholeNumber("retries") ?? 0,
            EstimatedDuration = fields.Duration("estimated_duration", TimeSpan.FromMinutes(1)),
            TitledDuration = TitleEstimate.In(title),
            Outputs = [.. deliverables.Select(PathIn).OfType<string>().Where(path => Inside(fields, "deliverables", path))
                .Select(path => new PathPattern(path, options.ProjectDirectory))],
            WorkingDirectory = options.ProjectDirectory,
            ContextFiles = context,
            AcceptanceCriteria = [.. fields.List("acceptance_criteria"), .. deliverables.Where(text => PathIn(text) is null)],
            Verify = fields.Text("verify") is { } verify ? new CommandWork(verify, Shell: null) : null,
            TaskFile = new TaskFile(
                file.Path, feature.Folder, seq, fields.Status())
            {
                Details = fields.Others(Known),
                MissingContext = [.. missing],
                BegunAt = fields.Time("started_at")
            },
        };
    }

    private ImmutableArray<string> Dependencies(JsonFields fields, JsonFile file, Feature feature, Siblings siblings)
    {
        var dependencies = ImmutableArray.CreateBuilder<string>();
        foreach ((string text, int at) in fields.Placed("depends_on"))
        {
            string name = text.Trim();
            if (siblings.Find(name) is { } seq)
                dependencies.Add($"{feature.Id}-{seq}");
            else if (name.Length == 0)
                fields.Odd("depends_on", "has an empty entry");
            else if (name.All(char.IsAsciiDigit))
                diagnostics.Add(Diagnostic.Error(
                    Codes.MissingSeq,
                        $"'{fields.Id}' depends on {Wording.Shorten(name, 40)}, but the feature has no subtask "
                        + $"{Wording.Shorten(name, 40)}. It has {siblings.Known}.", At(file, at, fields.Id)));
            else
                // An item, or a subtask of another feature: the plan will tell if there is none.
                dependencies.Add(name);
        }
        return dependencies.ToImmutable();
    }

    private static void CheckCounts(JsonFields fields, Feature feature, int count)
    {
        int done = feature.Subtasks.Count(subtask => subtask.TaskFile!.Status == TaskFileStatus.Completed);
        foreach ((string name, int actual) in new[] { ("subtask_count", count), ("completed_count", done) })
        {
            if (fields.WholeNumber(name) is { } said && said != actual)
                fields.Odd(name, $"says {said}, but it is {actual}");
        }
        if (fields.Text("id") is { } id && !id.Equals(Path.GetFileName(feature.Folder), StringComparison.Ordinal))
            fields.Odd("id",
                $"is '{Wording.Shorten(id, LongestShown)}', but the folder is '{Path.GetFileName(feature.Folder)}', which counts");
    }

    private ImmutableArray<string> Paths(JsonFields fields, string name, List<MissingFile> missing)
    {
        var paths = ImmutableArray.CreateBuilder<string>();
        foreach ((string path, int at) in fields.Placed(name).Where(entry => Inside(fields, name, entry.Text)))
        {
            string full = Path.GetFullPath(path.Replace('\\', '/'), options.ProjectDirectory);
            if (!Path.Exists(full))
                missing.Add(new MissingFile(path, fields.At(at)));
            paths.Add(full);
        }
        return paths.ToImmutable();
    }

    private bool Inside(JsonFields fields, string name, string path)
    {
        if (Path.IsPathRooted(path))
            fields.Odd(name, $"has the absolute path '{Wording.Shorten(path, LongestShown)}', which is another on every machine");
        string full = Path.GetFullPath(path.Replace('\\', '/'), options.ProjectDirectory);
        bool isLink = RealPaths.IsInside(options.ProjectDirectory, full);
        if (options.AllowOutside || (isLink && RealPaths.IsInside(realPaths.Of(options.ProjectDirectory), realPaths.Of(full))))
            return true;
        fields.Error(
            Codes.OutsideProject,
            name,
            $"names '{Wording.Shorten(path, LongestShown)}', which leads {(isLink ? "by a link " : "")}outside of "
                + $"'{options.ProjectDirectory}'. Name a path in it, or set ParallelExecAllowOutside to true");
        return false;
    }

    /// <summary>The path that a deliverable is, without a remark such as "(new)"; null where it is prose.</summary>
    private static string? PathIn(string deliverable) =>
        deliverable.Length <= LongestPath && PathForm().Match(deliverable.Trim()) is { Success: true } match ? match.Groups[1].Value : null;

    private static Origin At(JsonFile file, int offset, string id) => new(file.Path, "", id) { Location = file.Locate(offset) };

    [GeneratedRegex("[^\\p{L}\\p{Nd}._:/-]")]
    private static partial Regex NotForIds();

    [GeneratedRegex(@"^`?((?:\S*/\S*|\S+\.\w+))`?(?:\s+\([^)]*\))?$")]
    private static partial Regex PathForm();
}
