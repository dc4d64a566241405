using System.Collections.Immutable;
using ParallelExec.Events;
using ParallelExec.Exchange;
using ParallelExec.Execution.Runners;
using ParallelExec.Files;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Isolation;

/// <summary>What a run with isolated subtasks begins with, or why it can not: told before anything runs.</summary>
internal static class IsolationStart
{
    /// <summary>Below <c>$(ParallelExecDirectory)</c>, which git ignores.</summary>
    public const string Folder = "worktrees";

    /// <returns>Null where it can not begin, which the log says.</returns>
    public static IsolationSet? TryBegin(
        ExecutionPlan plan, RunOptions options, string runId, IReadOnlyDictionary<string, string> environment, ProcessRunner processes,
            HandOver handOver, SecretMasker? masker, IRunLog log)
    {
        PlannedSubtask first = plan.Subtasks.First(subtask => subtask.Excluded is null && subtask.Subtask.IsIsolated);
        try
        {
            string? problem = Begin(plan, options, runId[..8], environment, processes, handOver, masker, log, out IsolationSet? set);
            if (problem is not null)
                log.Report(Refusal(first, problem));
            return set;
        }
        catch (Exception e) when (e is GitFailedException or IOException or UnauthorizedAccessException)
        {
            log.Report(Refusal(first, e.Message));
            return null;
        }
    }

    private static Diagnostic Refusal(PlannedSubtask first, string problem) => Diagnostic.Error(
        Codes.NotIsolated,
        $"'{first.Id}' is to work in a git worktree of its own, which can not be had: {problem.TrimEnd('.')}. Or remove Isolation (of "
            + "agents also ParallelExecIsolation).",
        first.Subtask.Origin,
        "Isolation");

    private static string? Begin(
        ExecutionPlan plan, RunOptions options, string run, IReadOnlyDictionary<string, string> environment, ProcessRunner processes,
            HandOver handOver, SecretMasker? masker, IRunLog log, out IsolationSet? set)
    {
        set = null;
        string folder = Path.Combine(options.Directory, Folder);
        if (PlainFolder.IsLink(folder))
            return $"'{folder}' is a link, which is not followed. Remove it";
        if (GitProgram.Find(options.ProjectDirectory, Path.Combine(folder, "no-hooks"), environment) is not { } git)
            return "git was not found. Install it, and have it on the PATH";
        if (Repository.TryOpen(git, options.ProjectDirectory, options.TaskFolders, out string problem) is not { } repository)
            return problem;
        var trees = new Worktrees(git, repository);
        if (Uncopied(plan, repository, trees, log) is { } uncopied)
            return uncopied;
        var file = new IsolationFile(options.Directory, masker);
        ImmutableArray<IsolatedWork> earlier = file.Read();
        string runBase = repository.Snapshot(
            Path.Combine(options.Directory, "isolation.index"), "What was not committed when ParallelExec began\n");
        if (runBase != repository.Head)
        {
            // The same state is the same commit: then what an earlier run made of it holds.
            runBase = earlier.Select(work => work.RunBase).Distinct().FirstOrDefault(
                commit => trees.IsThere(commit) && trees.IsThere(commit + "^") && trees.IsSameTree(commit, runBase)
                    && git.Ask(repository.Root, "rev-parse", commit + "^") == repository.Head) ?? runBase;
            git.Ask(repository.Root, "update-ref", BaseRef(run), runBase);
        }
        Directory.CreateDirectory(folder);
        var ledger = new IsolationLedger(folder, run, runBase, file, trees);
        ledger.Load(earlier, log);
        if (repository.HasSubmodules)
            log.Message("The repository has submodules: in worktrees they are empty, unless WorktreeSetup fetches them.");
        if (!repository.Nested.IsEmpty)
        {
            log.Message($"These folders are git repositories of their own, and are in no worktree: {Wording.Ids([.. repository.Nested])}. "
                + "What is done in them is not merged.");
        }
        var checks = new TreeChecks(options, repository.Root, processes, handOver);
        var isolated = new IsolatedRun(plan, options, trees, checks, ledger, masker, log);
        isolated.TakeCompleted();
        set = new IsolationSet(isolated, new IsolationEnd(
            options, repository, trees, new MergeTrain(trees, checks, options), ledger, isolated, log)
        {
            Ended = () => git.Run(repository.Root, "update-ref", "-d", BaseRef(run)),
        });
        return null;
    }

    private static string BaseRef(string run) => $"refs/parallelexec/{run}/base";

    /// <summary>What is copied into worktrees must not come into a commit.</summary>
    private static string? Uncopied(ExecutionPlan plan, Repository repository, Worktrees trees, IRunLog log)
    {
        foreach (WorktreeUse use in plan.Subtasks.Where(subtask => subtask.Excluded is null && subtask.Subtask.IsIsolated)
            .Select(subtask => subtask.Subtask.Isolation!).Where(use => !use.Files.IsEmpty).Distinct())
        {
            string[] missing = DeclaredFiles.Missing(use.Files);
            if (missing.Length > 0)
                log.Message($"WorktreeFiles that are not there, so that no worktree has them: {string.Join(", ", missing)}");
            string[] files = DeclaredFiles.Existing(use.Files);
            string above = repository.Root + Path.DirectorySeparatorChar;
            string[] bad = files.FirstOrDefault(path => !path.StartsWith(above, StringComparison.Ordinal)) is { } outside
                ? [outside] : trees.NotIgnored(files);
            if (bad.Length > 0)
            {
                return $"WorktreeFiles has {Wording.Ids([.. bad.Select(path => Path.GetRelativePath(repository.Root, path))], shown: 3)}, "
                    + "which git does not ignore, so that its copy would be committed. What git tracks is in each worktree anyway; what it "
                    + "shall not track belongs into .gitignore";
            }
        }
        return null;
    }
}

/// <summary>What a run has for isolated subtasks, while it goes on and at its end.</summary>
internal sealed record IsolationSet(IsolatedRun Run, IsolationEnd End);
