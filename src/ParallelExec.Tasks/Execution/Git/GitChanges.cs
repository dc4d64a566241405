using System.Collections.Immutable;
using ParallelExec.Execution.Processes;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Execution.Git;

/// <summary>Asks git what has changed. It changes nothing, and takes no lock.</summary>
internal sealed class GitChanges
{
    private readonly string git;
    private readonly string folder;
    private readonly Dictionary<string, string> environment;

    private GitChanges(string git, string folder, IReadOnlyDictionary<string, string> environment)
    {
        (this.git, this.folder) = (git, folder);
        this.environment = new Dictionary<string, string>(environment)
        {
            ["GIT_OPTIONAL_LOCKS"] = "0",
            ["GIT_TERMINAL_PROMPT"] = "0",
            // What it says is read here.
            ["LC_ALL"] = "C",
        };
    }

    /// <param name="since">A commit, branch or tag.</param>
    /// <param name="folder">The project's; absolute.</param>
    /// <returns>Null where that can not be told; then <paramref name="problem"/> says why, and what to do.</returns>
    public static ChangedFiles? Since(string since, string folder, IReadOnlyDictionary<string, string> environment, out string problem)
    {
        if (ExecutableFinder.Find("git", folder, environment) is not { } git)
        {
            problem = "git was not found. Install it, and have it on the PATH.";
            return null;
        }
        return new GitChanges(git, folder, environment).Since(since, out problem);
    }

    private ChangedFiles? Since(string since, out string problem)
    {
        ProgramOutput place = Ask(folder, "rev-parse", "--is-shallow-repository", "--show-cdup");
        problem = place.Failed && place.Error.Contains("not a git repository", StringComparison.Ordinal)
            ? $"'{folder}' is in no git repository." : Failure(place);
        if (problem.Length > 0)
            return null;
        string[] said = place.Text.Split('\n');
        bool isShallow = said[0] == "true";
        string root = Path.GetFullPath(said.Length > 1 && said[1].Length > 0 ? said[1] : ".", folder);
        string fetch = isShallow
            ? "The clone is shallow: fetch all of its history, `git fetch --unshallow` (on GitHub, actions/checkout with fetch-depth: 0)."
            : "";

        // No name begins like an option.
        ProgramOutput commit = since.StartsWith('-') ? ProgramOutput.Nothing
            : Ask(root, "rev-parse", "--verify", "--quiet", since + "^{commit}");
        if (commit.Failed)
        {
            problem = $"git knows no commit, branch or tag '{since}' here. Correct the name, or fetch it (`git fetch origin`). {fetch}"
                .TrimEnd();
            return null;
        }
        ProgramOutput parting = Ask(root, "merge-base", commit.Text.Trim(), "HEAD");
        if (parting.Failed)
        {
            problem = $"'{since}' and what is checked out have no commit in common. {(fetch.Length > 0 ? fetch : "Name another one.")}";
            return null;
        }
        ProgramOutput changed = Ask(root, "diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", parting.Text.Trim(), "--");
        ProgramOutput unknown = Ask(root, "ls-files", "--others", "--exclude-standard", "-z");
        problem = Failure(changed) is { Length: > 0 } failure ? failure : Failure(unknown);
        if (problem.Length > 0)
            return null;
        ImmutableArray<string> files = [.. (changed.Text + unknown.Text).Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, root)))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return new ChangedFiles(since, files);
    }

    private static string Failure(ProgramOutput output) =>
        output.Failed ? $"git says: {Wording.Shorten(output.Error.Trim().ReplaceLineEndings(" "), 300)}" : "";

    private ProgramOutput Ask(string where, params string[] arguments) => SystemProcess.Run(git, arguments, where, environment);
}
