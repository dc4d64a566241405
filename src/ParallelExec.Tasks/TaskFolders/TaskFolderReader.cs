using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ParallelExec.Model;

namespace ParallelExec.TaskFolders;

/// <summary>Reads folders of features. Lenient: what is merely odd is one warning at its place, what can not be understood one error, and the rest is read.</summary>
internal sealed partial class TaskFolderReader(RunOptions options, List<Diagnostic> diagnostics)
{
    /// <summary>Fields that become something of a subtask, or are written by us; all others are handed to the agent as they are.</summary>
    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.Ordinal,
        "id", "seq", "title", "status", "depends_on", "parallel", "suggested_agent", "agent_id", "context_files", "reference_files", "acceptance_criteria",
        "deliverables", "started_at", "completed_at", "completion_summary", "run", "command", "prompt", "verify", "timeout", "retries", "estimated_duration");

    public ImmutableArray<Feature> Read()
    {
        var features = ImmutableArray.CreateBuilder<Feature>();
        foreach (string folder in options.TaskFolders)
        {
            if (!Directory.Exists(folder))
            {
                diagnostics.Add(Diagnostic.Error(Codes.NoTaskFolder, $"There is no task folder '{folder}'. It is taken relative to the project's folder."));
                continue;
            }
            string[] found = [.. FeatureFolders(folder)];
            if (found.Length == 0)
                diagnostics.Add(Diagnostic.Error(Codes.NoTaskFolder, $"'{folder}' holds no task.json and no subtask_NN.json, and neither does a folder in it."));
            features.AddRange(found.Select(ReadFeature));
        }
        return features.ToImmutable();
    }

    public static string FeatureId(string folder) => NotForIds().Replace(Path.GetFileName(folder), "-");

    /// <summary>The folder itself, or those in it, also one level deeper (<c>active/</c>); what is in <c>completed/</c> is done with.</summary>
    private static IEnumerable<string> FeatureFolders(string folder, int depth = 0)
    {
        if (File.Exists(Path.Combine(folder, "task.json")) || SubtaskFiles(folder).Any())
            return [folder];
        return depth == 2 ? [] : Directory.EnumerateDirectories(folder)
            .Where(inner => Path.GetFileName(inner) is not ("completed" or "archive" or "archived"))
            .Order(StringComparer.Ordinal)
            .SelectMany(inner => FeatureFolders(inner, depth + 1));
    }

    private static IEnumerable<string> SubtaskFiles(string folder) =>
        Directory.EnumerateFiles(folder, "subtask_*.json").Order(StringComparer.Ordinal);

    private Feature ReadFeature(string folder)
    {
        JsonFile? task = File.Exists(Path.Combine(folder, "task.json")) ? Load(Path.Combine(folder, "task.json")) : null;
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
        if (!File.Exists(Path.Combine(folder, "task.json")))
            diagnostics.Add(Diagnostic.Warning(Codes.Oddity, $"'{folder}' has no task.json; its subtasks are read without it."));

        JsonFile[] files = [.. SubtaskFiles(folder).Select(Load).OfType<JsonFile>()];
        var missing = new List<MissingFile>();
        ImmutableArray<string> shared = fields is null ? [] : Paths(fields, "context_files", missing);
        var parsed = files.Select(file => (File: file, Seq: SeqOf(file))).OrderBy(entry => Order(entry.Seq)).ThenBy(entry => entry.File.Path, StringComparer.Ordinal).ToArray();
        var bySeq = new Dictionary<int, string>();
        foreach ((JsonFile file, string seq) in parsed)
        {
            if (!bySeq.TryAdd(Order(seq), file.Path))
            {
                diagnostics.Add(Diagnostic.Error(
                    Codes.DuplicateId, $"The sequence number {seq} stands in {Path.GetFileName(bySeq[Order(seq)])} and in {Path.GetFileName(file.Path)}. Give one of them another.", At(file, file.Root["seq"]?.Start ?? file.Root.Start, feature.Id)));
            }
        }
        feature = feature with { Subtasks = [.. parsed.Select(entry => ReadSubtask(entry.File, entry.Seq, feature, shared, missing, parsed))] };
        if (task is not null)
            CheckCounts(fields!, feature, files.Length);
        return feature;
    }

    private Subtask ReadSubtask(
        JsonFile file, string seq, Feature feature, ImmutableArray<string> shared, IEnumerable<MissingFile> sharedMissing, (JsonFile File, string Seq)[] siblings)
    {
        string id = $"{feature.Id}-{seq}";
        var fields = new JsonFields(file, id, diagnostics);
        ImmutableArray<string> deliverables = fields.List("deliverables");
        string? command = fields.Text("command") ?? fields.Command("run");
        string agent = fields.Text("suggested_agent") ?? "";
        List<MissingFile> missing = [.. sharedMissing];
        ImmutableArray<string> context = [.. shared.Concat(Paths(fields, "context_files", missing)).Concat(Paths(fields, "reference_files", missing)).Distinct(StringComparer.Ordinal)];
        return new Subtask
        {
            Id = id,
            Work = command is null ? new AgentWork(agent, fields.Text("prompt") ?? "") : new CommandWork(command, Shell: null),
            Origin = At(file, file.Root.Start, id),
            Group = feature.Id,
            Title = fields.Text("title") ?? "",
            DependsOn = Dependencies(fields, file, feature, siblings),
            Parallel = fields.Boolean("parallel") ?? false,
            Cores = command is null ? 0 : 1,
            Timeout = fields.Duration("timeout", TimeSpan.FromSeconds(1)) ?? (command is null ? Subtask.AgentTimeout : null),
            Retries = fields.WholeNumber("retries") ?? 0,
            EstimatedDuration = fields.Duration("estimated_duration", TimeSpan.FromMinutes(1)),
            Outputs = [.. deliverables.Select(PathIn).OfType<string>().Where(path => Inside(fields, "deliverables", path)).Select(path => new PathPattern(path, options.ProjectDirectory))],
            WorkingDirectory = options.ProjectDirectory,
            ContextFiles = context,
            AcceptanceCriteria = [.. fields.List("acceptance_criteria"), .. deliverables.Where(text => PathIn(text) is null)],
            Verify = fields.Text("verify") is { } verify ? new CommandWork(verify, Shell: null) : null,
            TaskFile = new TaskFile(file.Path, feature.Folder, seq, fields.Status()) { Details = fields.Others(Known), MissingContext = [.. missing], BegunAt = fields.Time("started_at") },
        };
    }

    private ImmutableArray<string> Dependencies(JsonFields fields, JsonFile file, Feature feature, (JsonFile File, string Seq)[] siblings)
    {
        var dependencies = ImmutableArray.CreateBuilder<string>();
        foreach ((string text, int at) in fields.Placed("depends_on"))
        {
            string name = text.Trim();
            string stem = Path.GetFileNameWithoutExtension(name);
            (JsonFile File, string Seq)? sibling = siblings.Where(entry =>
                    (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && Order(entry.Seq) == number)
                    || name.Equals($"{feature.Id}-{entry.Seq}", StringComparison.OrdinalIgnoreCase)
                    || name.Equals(entry.File.Root["id"]?.Text, StringComparison.OrdinalIgnoreCase)
                    || stem.Equals(Path.GetFileNameWithoutExtension(entry.File.Path), StringComparison.OrdinalIgnoreCase)
                    || (SeqInName().Match(stem) is { Success: true } match && name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && Order(match.Groups[1].Value) == Order(entry.Seq)))
                .Cast<(JsonFile, string)?>().FirstOrDefault();
            if (sibling is { } found)
            {
                dependencies.Add($"{feature.Id}-{found.Seq}");
            }
            else if (name.All(char.IsAsciiDigit))
            {
                diagnostics.Add(Diagnostic.Error(
                    Codes.MissingSeq, $"'{fields.Id}' depends on {name}, but the feature has no subtask {name}. It has {string.Join(", ", siblings.Select(entry => entry.Seq))}.", At(file, at, fields.Id)));
            }
            else
            {
                // An item, or a subtask of another feature: the plan will tell if there is none.
                dependencies.Add(name);
            }
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
            fields.Odd("id", $"is '{id}', but the folder is '{Path.GetFileName(feature.Folder)}', which counts");
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
            fields.Odd(name, $"has the absolute path '{path}', which is another on every machine");
        string full = Path.GetFullPath(path.Replace('\\', '/'), options.ProjectDirectory);
        if (options.AllowOutside || full.StartsWith(options.ProjectDirectory + Path.DirectorySeparatorChar, StringComparison.Ordinal) || full == options.ProjectDirectory)
            return true;
        fields.Error(Codes.OutsideProject, name, $"names '{path}', which leads outside of '{options.ProjectDirectory}'. Name a path in it, or set ParallelExecAllowOutside to true");
        return false;
    }

    private JsonFile? Load(string path)
    {
        try
        {
            JsonFile file = JsonFile.Parse(path, File.ReadAllBytes(path));
            foreach ((string name, int offset) in file.Duplicates)
                diagnostics.Add(Diagnostic.Warning(Codes.Oddity, $"\"{name}\" stands twice; the last counts.", At(file, offset, path)));
            return file;
        }
        catch (JsonException e)
        {
            var place = new SourceLocation(path, (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1);
            string why = JsonPlace().Replace(e.Message, "");
            diagnostics.Add(Diagnostic.Error(Codes.UnreadableJson, $"It is not JSON that can be read: {why}", new Origin(path, "", path) { Location = place }));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            diagnostics.Add(Diagnostic.Error(Codes.UnreadableJson, $"'{path}' can not be read: {e.Message}"));
        }
        return null;
    }

    /// <summary>The field <c>seq</c>, else the number in the file's name; two digits at least.</summary>
    private static string SeqOf(JsonFile file)
    {
        string text = file.Root["seq"]?.Text.Trim() ?? "";
        if (text.Length == 0 || !text.All(char.IsAsciiDigit))
            text = SeqInName().Match(Path.GetFileNameWithoutExtension(file.Path)) is { Success: true } match ? match.Groups[1].Value : "0";
        return text.PadLeft(2, '0');
    }

    private static int Order(string seq) => int.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : int.MaxValue;

    /// <summary>The path that a deliverable is, without a remark such as "(new)"; null where it is prose.</summary>
    private static string? PathIn(string deliverable) =>
        PathForm().Match(deliverable.Trim()) is { Success: true } match ? match.Groups[1].Value : null;

    private static Origin At(JsonFile file, int offset, string id) => new(file.Path, "", id) { Location = file.Locate(offset) };

    [GeneratedRegex("[^\\p{L}\\p{Nd}._:/-]")]
    private static partial Regex NotForIds();

    [GeneratedRegex("^subtask_(\\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex SeqInName();

    [GeneratedRegex(@"^`?((?:\S*/\S*|\S+\.\w+))`?(?:\s+\([^)]*\))?$")]
    private static partial Regex PathForm();

    // The reader appends "LineNumber: 3 | BytePositionInLine: 4."; the place is told in MSBuild's own form.
    [GeneratedRegex(@"\s*(?:Path: \S+ \| )?LineNumber: \d+ \| BytePositionInLine: \d+\.$")]
    private static partial Regex JsonPlace();
}
