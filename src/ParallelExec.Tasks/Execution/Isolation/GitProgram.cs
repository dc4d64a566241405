using ParallelExec.Execution.Processes;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Execution.Isolation;

/// <summary>
/// The git that is installed, as we call it: without a shell, without what the environment says of another repository, without hooks,
/// signatures and questions. What a user has configured otherwise holds (line ends, filters, renames).
/// </summary>
internal sealed class GitProgram
{
    /// <summary>A checkout of a large repository takes its time.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    /// <summary>What <c>git rev-parse --local-env-vars</c> names: set by a hook that runs this build, they would lead elsewhere.</summary>
    private static readonly string[] OfRepositories =
        ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_NO_REPLACE_OBJECTS",
        "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_INTERNAL_SUPER_PREFIX", "GIT_NAMESPACE"];

    private readonly string program;
    private readonly string[] settings;
    private readonly Dictionary<string, string> environment;

    /// <param name="program">Absolute.</param>
    /// <param name="noHooks">A folder that is not there.</param>
    public GitProgram(string program, string noHooks, IReadOnlyDictionary<string, string> environment)
    {
        this.program = program;
        settings = [.. new[]
        {
            $"core.hooksPath={noHooks}", "core.safecrlf=false", "core.fsmonitor=false", "core.quotePath=false", "commit.gpgSign=false",
            "gc.auto=0", "maintenance.auto=false", "rerere.enabled=false", "merge.autoStash=false", "merge.verifySignatures=false",
            "submodule.recurse=false", "advice.addEmbeddedRepo=false", "i18n.commitEncoding=UTF-8", "i18n.logOutputEncoding=UTF-8",
        }.SelectMany(setting => new[] { "-c", setting })];
        this.environment = new Dictionary<string, string>(Unbound(environment))
        {
            ["GIT_OPTIONAL_LOCKS"] = "0",
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["GIT_EDITOR"] = ":",
            ["GIT_MERGE_AUTOEDIT"] = "no",
            ["LC_ALL"] = "C",
        };
    }

    /// <summary>An environment in which git finds the repository of the folder that it is started in.</summary>
    public static Dictionary<string, string> Unbound(IReadOnlyDictionary<string, string> environment)
    {
        var unbound = new Dictionary<string, string>(
            environment, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (string name in OfRepositories)
            unbound.Remove(name);
        return unbound;
    }

    /// <returns>Null where there is none.</returns>
    public static GitProgram? Find(string folder, string noHooks, IReadOnlyDictionary<string, string> environment) =>
        ExecutableFinder.Find("git", folder, environment) is { } program ? new GitProgram(program, noHooks, environment) : null;

    /// <summary>Who commits where nobody is configured.</summary>
    public void BeSomebody()
    {
        foreach (string role in new[] { "AUTHOR", "COMMITTER" })
        {
            environment[$"GIT_{role}_NAME"] = "ParallelExec";
            environment[$"GIT_{role}_EMAIL"] = "parallelexec@localhost";
        }
    }

    public ProgramOutput Run(string folder, params string[] arguments) =>
        SystemProcess.Run(program, [.. settings, .. arguments], folder, environment, Limit);

    /// <summary>With an index of its own: nobody else's is touched.</summary>
    public ProgramOutput RunWithIndex(string index, string folder, params string[] arguments) => SystemProcess.Run(
        program, [.. settings, .. arguments], folder, new Dictionary<string, string>(environment) { ["GIT_INDEX_FILE"] = index }, Limit);

    /// <exception cref="GitFailedException">It has failed where it should not.</exception>
    public string Ask(string folder, params string[] arguments) => TextOf(Run(folder, arguments), arguments);

    /// <inheritdoc cref="Ask" />
    public static string TextOf(ProgramOutput output, params string[] arguments) =>
        output.Failed ? throw new GitFailedException($"git {arguments[0]}: {Said(output)}") : output.Text.TrimEnd('\n', '\r');

    /// <summary>What it says of its failure, on one line.</summary>
    public static string Said(ProgramOutput output) =>
        Wording.Shorten((output.Error.Trim() is { Length: > 0 } error ? error : output.Text.Trim()).ReplaceLineEndings(" "), 300);
}
