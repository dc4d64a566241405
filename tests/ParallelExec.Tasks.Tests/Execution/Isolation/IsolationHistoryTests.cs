using System.Globalization;
using ParallelExec.Execution.Isolation;
using ParallelExec.Execution.Processes;
using ParallelExec.Model;

namespace ParallelExec.Tests.Execution.Isolation;

/// <summary>
/// Random edits, dependencies, failures and conflicts. <c>PARALLELEXEC_HISTORIES=200</c> has as many of them.
/// </summary>
public sealed class IsolationHistoryTests
{
    private static readonly int Histories = int.TryParse(
        Environment.GetEnvironmentVariable("PARALLELEXEC_HISTORIES"), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
        ? count : 4;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Histories)];

    [UnixTheory]
    [MemberData(nameof(Seeds))]
    public async Task The_result_is_that_of_a_merge_by_hand_and_no_commit_is_without_a_name(int seed)
    {
        var random = new Random(seed);
        using var rig = new IsolatedRig();
        string before = rig.State(), begin = rig.Head;
        var subtasks = new List<Subtask>();
        for (int i = 0; i < random.Next(2, 7); i++)
        {
            string after = i > 0 && random.Next(2) == 0 ? $" <- s{random.Next(i)}" : "";
            string edit = random.Next(5) switch
            {
                0 => $"echo {i} > new{random.Next(3)}.txt",
                1 => $"rm -f gone.txt; echo {i} > own{i}.txt",
                2 => $"git checkout -q --detach; echo {i} > own{i}.txt; git add -A; git commit -qm own",
                _ => $"sed -i.bak '{(random.Next(3) * 4) + 1}s/$/ {i}/' shared.txt; rm shared.txt.bak",
            };
            subtasks.Add(rig.Isolated($"s{i}{after}", random.Next(9) == 0 ? $"{edit}; exit 1" : edit));
        }
        rig.Run.Options = rig.Run.Options with { OnFailure = OnFailure.KeepGoing };
        var results = await rig.Run.Async([.. subtasks]);

        string[] succeeded = [.. results.Run.Plan.Subtasks.Where(one => results.Run.Results[one.Index].Status == SubtaskStatus.Succeeded)
            .OrderBy(one => one.Wave).ThenBy(one => one.Index).Select(one => one.Id)];
        bool isMerged = results.Run.Succeeded;
        if (!isMerged)
            Assert.Equal(before, rig.State());
        else
            Assert.Equal("", rig.Git("status", "--porcelain"));
        // By hand: the same works, one after another, in a tree of their own.
        IsolatedWork[] works = [.. new IsolationFile(rig.Folder.Combine("state"), masker: null).Read()];
        rig.Git("worktree", "add", "-q", "--detach", rig.Folder.Combine("by-hand"), begin);
        bool conflicts = false;
        foreach (string id in succeeded)
        {
            IsolatedWork work = works.Single(one => one.Id == id);
            // Each commit has a name that holds it.
            Assert.NotEqual("", rig.Git("for-each-ref", "--contains", work.Tip, "--format=%(refname)"));
            conflicts = conflicts || Failed(rig, "merge", "-q", "--no-edit", work.Tip);
        }
        bool allSucceeded = results.Run.Results.All(result => result.Status == SubtaskStatus.Succeeded);
        Assert.Equal(allSucceeded && !conflicts, isMerged);
        if (isMerged)
            Assert.Equal(rig.Git("-C", rig.Folder.Combine("by-hand"), "rev-parse", "HEAD^{tree}"), rig.Git("rev-parse", "HEAD^{tree}"));
    }

    private static bool Failed(IsolatedRig rig, params string[] arguments) =>
        SystemProcess.Run("git", arguments, rig.Folder.Combine("by-hand"), rig.Environment).Failed;
}
