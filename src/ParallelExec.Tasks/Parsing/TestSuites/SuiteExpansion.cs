using System.Collections.Immutable;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Parsing.TestSuites;

/// <summary>Each <c>ParallelTest</c> becomes the build of its project, and the parts of its suite.</summary>
/// <param name="projects">Null before a restore: then only what is declared is checked.</param>
internal sealed class SuiteExpansion(
    RunOptions options, IReadOnlyDictionary<string, Team> teams, IProjectReader? projects, List<Diagnostic> diagnostics)
{
    private const int MostShards = 1000;

    private static readonly string[] Solutions = [".sln", ".slnx", ".slnf"];

    private readonly Lazy<bool> programs = new(() => TestRunnerChoice.IsPrograms(options.ProjectDirectory));

    private readonly SubtaskParser parser = new(options, teams, diagnostics);

    public ImmutableArray<Expanded> Expand(ImmutableArray<Declaration> items)
    {
        string[] ids = SuiteIds.Of(items);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var all = ImmutableArray.CreateBuilder<Expanded>();
        for (int i = 0; i < ids.Length; i++)
        {
            Declaration item = items[i];
            if (!seen.Add(ids[i]))
            {
                diagnostics.Add(Diagnostic.Error(
                    Codes.DuplicateId, $"There are two test suites '{ids[i]}'. Give one of them an Id of its own.", item.Origin));
            }
            else if (Parse(item, ids[i]) is { } suite)
            {
                all.AddRange(suite.Subtasks().Select(subtask => new Expanded(subtask)));
            }
            else
            {
                all.Add(Expanded.NotUnderstood(item with { Id = ids[i] }, options));
            }
        }
        return all.ToImmutable();
    }

    private Suite? Parse(Declaration item, string id)
    {
        string include = item.Id;
        // What it has in common with every subtask is read as that of one; the rest here.
        ILookup<bool, KeyValuePair<string, MetadataValue>> parts =
            item.Metadata.ToLookup(entry => Names.SharedWithTests.Contains(entry.Key));
        Subtask? common = parser.Parse(With(item, id, parts[true]));
        // An id that is none has been told.
        if (!Values.IsId(id))
            return null;
        var reader = new MetadataReader(With(item, id, parts[false]), diagnostics) { Kind = "The test suite " };
        reader.CheckNames(Names.Set([.. Names.OwnOfTests, .. Names.SharedWithTests, .. Names.NotOfTests]), LaterNames.Metadata);
        if (Names.NotOfTests.FirstOrDefault(reader.Has) is { } other)
            reader.WrongKind($"is a test suite and has {other}, which says nothing about one. Remove it, or declare a ParallelTask.");

        string file = Path.GetFullPath(Values.NativePath(include), options.ProjectDirectory);
        bool isThere = IsProject(reader, include, file);
        int shards = reader.WholeNumber("Shards", least: 1) ?? 1;
        if (shards > MostShards)
            reader.Invalid("Shards", reader.Text("Shards")!, $"a whole number from 1 to {MostShards}");
        string? settings = reader.FullPath("Settings", options.ProjectDirectory);
        if (settings is not null && !RegularFile.Exists(settings))
            reader.Invalid("Settings", reader.Text("Settings")!, "the path of a .runsettings file; there is no such file");
        ImmutableArray<KeyValuePair<string, string>> properties = reader.Assignments("Properties");
        bool isBuilt = reader.Boolean("Build") ?? true;
        var work = new TestWork(id, file, "", "", TestPlatform.VSTest)
        {
            Filter = reader.Text("Filter") ?? "",
            Arguments = reader.List("Arguments"),
            Settings = settings,
            Shards = shards,
            RetryFailedTests = reader.WholeNumber("RetryFailedTests", least: 0) ?? 0,
            Coverage = reader.Boolean("Coverage") ?? false,
        };
        SuiteProject? project = isThere && !reader.Failed && common is not null ? Ask(reader, file, properties) : null;
        if (common is null || reader.Failed || project is null)
            return null;
        if (shards > 1 && project.Packages.Any(package => package.StartsWith("TUnit", StringComparison.OrdinalIgnoreCase)))
            reader.Invalid("Shards", reader.Text("Shards")!, "1 for a suite of TUnit, which can not be told which classes not to run");
        if (!isBuilt && common.DependsOn.IsEmpty && project.Targets.FirstOrDefault(target => !File.Exists(target.Assembly)) is { } gone)
        {
            reader.Invalid(
                "Build", "false", $"a suite that is built already, and '{gone.Assembly}' is not there. Build it first, or leave Build out");
        }
        return reader.Failed ? null : new Suite(options, common, work, project)
        {
            Cores = Has(item, "Cores") ? common.Cores : 1,
            HasWorkingDirectory = Has(item, "WorkingDirectory"),
            Build = isBuilt ? new ProjectWork(file, [], properties, IsDeclaringProject: false) : null,
        };
    }

    private SuiteProject? Ask(MetadataReader reader, string file, ImmutableArray<KeyValuePair<string, string>> properties)
    {
        // Nothing will be planned from it: it is only checked.
        if (projects is null)
            return new SuiteProject([], HasSeveral: false, []);
        if (SuiteProject.Read(projects, file, properties, programs.Value, out string problem) is not { } project)
        {
            reader.NoTestProject($"{Relative(file)} {problem}");
            return null;
        }
        ImmutableArray<string> wanted = reader.List("TargetFrameworks");
        if (wanted.IsEmpty)
            return project;
        string all = string.Join(", ", project.Targets.Select(target => target.Framework));
        foreach (string framework in wanted.Where(framework => !project.Targets.Any(target => Same(target.Framework, framework))))
            reader.Invalid("TargetFrameworks", framework, $"target frameworks of the project: {all}");
        return project with { Targets = [.. project.Targets.Where(target => wanted.Any(framework => Same(target.Framework, framework)))] };
    }

    private static bool IsProject(MetadataReader reader, string include, string file)
    {
        string? problem =
            Solutions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)
                ? "a solution: name its test projects, for example tests/*/*.csproj"
            : RegularFile.Exists(file) ? null
            : Directory.Exists(file) ? "a folder: name the project in it"
            : "not there";
        if (problem is not null)
            reader.NoTestProject($"Include=\"{include}\" has to be a test project; this is {problem}.");
        return problem is null;
    }

    private string Relative(string file) => Path.GetRelativePath(options.ProjectDirectory, file).Replace('\\', '/');

    private static bool Has(Declaration item, string name) => item.Metadata.TryGetValue(name, out MetadataValue? value) && !value.IsEmpty;

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    private static Declaration With(Declaration item, string id, IEnumerable<KeyValuePair<string, MetadataValue>> metadata) => item with
    {
        Id = id,
        Metadata = metadata.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.OrdinalIgnoreCase),
    };
}
