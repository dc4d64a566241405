using ParallelExec.Exchange;
using ParallelExec.Execution.Processes;
using ParallelExec.Execution.Runners;
using ParallelExec.Files;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Isolation;

/// <summary>
/// A subtask in another tree than the project's: its paths there, what makes the tree ready, and commands that are run there.
/// </summary>
internal sealed class TreeChecks(RunOptions options, string root, ProcessRunner processes, HandOver handOver)
{
    /// <summary>The subtask as it is in another tree.</summary>
    public PlannedSubtask In(PlannedSubtask planned, string tree)
    {
        var workspace = new Workspace(root, tree);
        Subtask subtask = planned.Subtask;
        string project = workspace.PathOf(options.ProjectDirectory), working = workspace.PathOf(subtask.WorkingDirectory);
        // Git keeps no empty folders.
        if (Directory.Exists(subtask.WorkingDirectory))
            Directory.CreateDirectory(working);
        return planned with
        {
            Subtask = subtask with
            {
                WorkingDirectory = working,
                Inputs = [.. subtask.Inputs.Select(input => input.In(project))],
                Outputs = [.. subtask.Outputs.Select(output => output.In(project))],
                // What git does not know is in no other tree: it is read where it is.
                ContextFiles = [.. subtask.ContextFiles.Select(
                    file => Path.Exists(workspace.PathOf(file)) ? workspace.PathOf(file) : file)],
            },
        };
    }

    /// <summary>Copies what git ignores, and runs what makes the tree ready.</summary>
    /// <returns>Null where it is ready; else what is wrong.</returns>
    public string? MakeReady(PlannedSubtask planned, string tree, CancellationToken cancel)
    {
        WorktreeUse use = planned.Subtask.Isolation!;
        var workspace = new Workspace(root, tree);
        foreach (string file in DeclaredFiles.Existing(use.Files))
        {
            string copy = workspace.PathOf(file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (!File.Exists(copy))
                File.Copy(file, copy);
        }
        return use.Setup is { } setup ? Failure("WorktreeSetup", setup, In(planned, tree), cancel, appends: false) : null;
    }

    /// <summary>Runs a command in the subtask's place.</summary>
    /// <returns>Null where it has passed; else what is wrong.</returns>
    public string? Failure(string name, CommandWork command, PlannedSubtask there, CancellationToken cancel, bool appends = true)
    {
        LogFiles.MakePlain(options, there.Subtask);
        var context = new AttemptContext(there, 1, handOver.Declared(there), LogFiles.PathOf(options, there.Subtask), cancel)
        {
            AppendToLog = appends,
        };
        RunnerResult ran = processes.RunAsync(command, context).GetAwaiter().GetResult();
        string what = Wording.Shorten(command.CommandLine.Trim().Split('\n')[0], 100);
        return ran.End switch
        {
            RunnerEnd.Exited when ran.ExitCode == 0 => null,
            RunnerEnd.Exited => $"{name} failed with exit code {ran.ExitCode}{ExitCodes.Meaning(ran.ExitCode, Platform.Current)}: {what}",
            RunnerEnd.Stopped => $"{name} was stopped: {what}",
            _ => $"{name} could not be run: {ran.Problem}",
        };
    }

    /// <summary>The whole, after a merge.</summary>
    public PlannedSubtask WholeIn(PlannedSubtask planned, string tree) =>
        In(planned with { Subtask = planned.Subtask with { WorkingDirectory = options.ProjectDirectory } }, tree);
}
