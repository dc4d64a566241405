using System.Collections.Immutable;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Parsing.TestSuites;

/// <summary>A valid test suite, and the subtasks that it is made of.</summary>
/// <param name="Common">What was declared as of any subtask; its work is none.</param>
/// <param name="Work">What all parts have in common.</param>
internal sealed record Suite(RunOptions Options, Subtask Common, TestWork Work, SuiteProject Project)
{
    /// <summary>Of each part.</summary>
    public int Cores { get; init; } = 1;

    /// <summary>False: a part works in the folder of its project, wherever that is declared.</summary>
    public bool HasWorkingDirectory { get; init; }

    /// <summary>Null: it is built already.</summary>
    public ProjectWork? Build { get; init; }

    private string BuildId => $"{Common.Id}:build";

    /// <summary>The build, the parts, and last the suite itself.</summary>
    public IEnumerable<Subtask> Subtasks()
    {
        if (Build is not null)
            yield return BuildSubtask(Build);
        // Of several frameworks each has a name, also where one is chosen: ids must not depend on that.
        if (!Project.HasSeveral)
        {
            foreach (Subtask subtask in Project.Targets.SelectMany(target => Of(Common.Id, target)))
                yield return subtask.Id == Common.Id ? Whole(subtask) : subtask;
            yield break;
        }
        Subtask[] all = [.. Project.Targets.SelectMany(target => Of($"{Common.Id}:{target.Framework}", target))];
        foreach (Subtask subtask in all)
            yield return subtask;
        yield return Whole(Milestone(Common.Id, all));
    }

    /// <summary>One subtask, or one for each shard and a milestone that has the id.</summary>
    private IEnumerable<Subtask> Of(string id, SuiteTarget target)
    {
        if (Work.Shards == 1)
            return [Part(id, target, shard: 1)];
        Subtask[] parts = [.. Enumerable.Range(1, Work.Shards).Select(shard => Part($"{id}:{shard}", target, shard))];
        return [.. parts, Milestone(id, parts)];
    }

    // A build that fails is never forgiven: what would run then are the tests of yesterday.
    private Subtask BuildSubtask(ProjectWork build) => new()
    {
        Id = BuildId,
        Work = build,
        Origin = Common.Origin,
        Group = Common.Group,
        Title = Common.Title.Length == 0 ? "" : $"{Common.Title} (build)",
        DependsOn = Common.DependsOn,
        Always = Common.Always,
        WorkingDirectory = Common.WorkingDirectory,
        Secrets = Common.Secrets,
    };

    private Subtask Part(string id, SuiteTarget target, int shard)
    {
        string assemblyFolder = Path.GetDirectoryName(target.Assembly)!;
        // Hosts write there where nobody tells them where else.
        string[] inputs =
            [assemblyFolder, $"!{Path.Combine(assemblyFolder, "TestResults")}", .. Work.Settings is null ? (string[])[] : [Work.Settings]];
        string result = TestFiles.ResultOf(Options, id);
        return Common with
        {
            Id = id,
            // Where a suite has many parts, they are one line.
            Set = Work.Shards > 1 || Project.HasSeveral ? new SubtaskSet(Common.Id) : null,
            Work = Work with
            {
                Assembly = target.Assembly,
                Framework = target.Framework,
                Platform = target.Platform,
                Shard = shard,
                Packages = Project.Packages,
            },
            // What the suite depends on is there until its last part has ended, and hands on to each: it is not only the build's.
            DependsOn = Build is null ? Common.DependsOn : [BuildId, .. Common.DependsOn],
            Cores = Cores,
            EstimatedDuration = Common.EstimatedDuration / Work.Shards,
            WorkingDirectory = HasWorkingDirectory ? Common.WorkingDirectory : Path.GetDirectoryName(Work.ProjectFile)!,
            Inputs = Common.Inputs.IsEmpty ? PathPattern.List(inputs, Options.ProjectDirectory) : Common.Inputs,
            Outputs = PathPattern.List([result], Options.ProjectDirectory),
            // The results tell each failure; what a test or its host writes looks like an error often enough.
            ParseDiagnostics = ParseDiagnostics.Never,
            Verify = null,
        };
    }

    /// <summary>What was declared of the suite as a whole: what it leaves, and what must pass after it.</summary>
    private Subtask Whole(Subtask subtask) => subtask with { Outputs = [.. subtask.Outputs, .. Common.Outputs], Verify = Common.Verify };

    private Subtask Milestone(string id, IEnumerable<Subtask> parts) => new()
    {
        Id = id,
        Work = new MilestoneWork(),
        Origin = Common.Origin,
        Group = Common.Group,
        Title = Common.Title,
        // Each part once, so that what they did can be summed up.
        DependsOn = [.. parts.Where(part => part.Work is TestWork).Select(part => part.Id)],
        Always = Common.Always,
        Cores = 0,
        WorkingDirectory = Common.WorkingDirectory,
        Environment = Common.Environment,
        Secrets = Common.Secrets,
    };
}
