using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.Planning;

namespace ParallelExec.Agents;

/// <summary>What can be known to go wrong with agents before anything runs.</summary>
internal static class AgentCheck
{
    public static void Check(
        ExecutionPlan plan, PromptText prompts, IReadOnlyDictionary<string, string> environment, List<Diagnostic> diagnostics)
    {
        PlannedSubtask[] agents = [.. plan.Subtasks.Where(subtask =>
            subtask.Excluded is null && subtask.Subtask is { Work: AgentWork, TaskFile: null or { Status: not TaskFileStatus.Blocked } })];
        CheckRunners([.. agents.Select(subtask => subtask.Subtask)], diagnostics);
        foreach (IGrouping<string, PlannedSubtask> tool in agents.Where(subtask => Command(subtask) is not null)
            .GroupBy(subtask => Command(subtask)!.Tool))
        {
            PlannedSubtask first = tool.First();
            if (ExecutableFinder.Find(tool.Key, first.Subtask.WorkingDirectory, environment) is not null)
            {
                CheckNames(tool, environment, diagnostics);
                continue;
            }
            string install = Command(first)!.Preset is { } preset
                ? $" Install it with `{AgentPreset.Find(preset)!.Install}`, or {Located(Command(first)!.Item, preset)}."
                : "";
            diagnostics.Add(
                Diagnostic.Error(
                    Codes.AgentMissing,
                    $"{Wording.Ids([.. tool.Select(subtask => subtask.Id)])}: the program '{tool.Key}' was not found.{install}",
                    first.Subtask.Origin));
        }
        foreach (PlannedSubtask subtask in agents)
        {
            int length = prompts.For(subtask, []).Length;
            if (length > PromptText.Longest)
                diagnostics.Add(
                    Diagnostic.Error(
                        Codes.PromptTooLong,
                        $"'{subtask.Id}': its prompt has {length} characters, at most {PromptText.Longest} are sent. Shorten it, or put a "
                        + $"part of it into ContextFiles.", subtask.Subtask.Origin));
        }
        // Of a run that does not begin there is more to say than this.
        string[] believed = [.. agents.Where(subtask => !subtask.Subtask.IsProvable).Select(subtask => subtask.Id)];
        if (believed.Length > 0 && !diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error))
        {
            diagnostics.Add(Diagnostic.Warning(
                Codes.OnlyWord,
                $"{Wording.Ids(believed)}: nothing proves that this is done, so an agent's word is all there is. Add Outputs, or a command "
                    + $"that checks it in Verify (in a task folder: deliverables, verify).",
                agents.First(subtask => !subtask.Subtask.IsProvable).Subtask.Origin));
        }
    }

    /// <summary>Agents that their command line would not know, each once.</summary>
    private static void CheckNames(
        IEnumerable<PlannedSubtask> agents, IReadOnlyDictionary<string, string> environment, List<Diagnostic> diagnostics)
    {
        foreach (IGrouping<string, PlannedSubtask> named in agents.Where(subtask => Command(subtask) is { AgentName.Length: > 0 })
            .GroupBy(subtask => Command(subtask)!.AgentName))
        {
            PlannedSubtask first = named.First();
            AgentCommand command = Command(first)!;
            if (AgentDefinitions.WhyUnknown(command, first.Subtask.WorkingDirectory, environment) is not { } why)
                continue;
            diagnostics.Add(Diagnostic.Error(
                Codes.AgentUnknown,
                $"{Wording.Ids([.. named.Select(subtask => subtask.Id)])}: {command.Preset} does not know the agent '{command.AgentName}': "
                    + $"{why}. Define it there, or say which agent is meant: <ParallelAgent Include=\"{command.AgentName}\" "
                    + $"Runner=\"{command.Preset}\" Arguments=\"--agent;NAME\" />.",
                first.Subtask.Origin));
        }
    }

    /// <summary>It is known how each agent is started; also where something else is wrong, so that there is no plan.</summary>
    public static void CheckRunners(IEnumerable<Subtask> subtasks, List<Diagnostic> diagnostics)
    {
        foreach (IGrouping<string, Subtask> unknown in subtasks
            .Where(subtask => subtask.Work is AgentWork { Command: null }
                && subtask.TaskFile is null or { Status: not (TaskFileStatus.Blocked or TaskFileStatus.Completed) })
            .GroupBy(subtask => ((AgentWork)subtask.Work).Agent))
        {
            string agent = unknown.Key.Length == 0 ? "an agent" : $"the agent '{unknown.Key}'";
            string add = unknown.Key.Length == 0 ? "" : $"add <ParallelAgent Include=\"{unknown.Key}\" Runner=\"opencode\" />, or ";
            diagnostics.Add(Diagnostic.Error(
                Codes.NoRunner,
                $"{Wording.Ids([.. unknown.Select(subtask => subtask.Id)])}: it is not said how {agent} is started; {add}set "
                    + $"ParallelExecAgentRunner to one of {AgentResolver.Presets}.",
                unknown.First().Origin));
        }
    }

    /// <summary>
    /// Context files that are not there: of an agent that is to run that is an error, otherwise somebody may still write them.
    /// </summary>
    public static void CheckContext(ExecutionPlan plan, bool running, List<Diagnostic> diagnostics)
    {
        var reported = new HashSet<MissingFile>();
        PlannedSubtask[] ofTaskFiles = [.. plan.Subtasks.Where(subtask => subtask is { Excluded: null, Subtask.TaskFile: not null })];
        IEnumerable<PlannedSubtask> agents = ofTaskFiles.Where(subtask => subtask.Subtask.Work is AgentWork);
        foreach (PlannedSubtask subtask in agents.Concat(ofTaskFiles.Where(subtask => subtask.Subtask.Work is not AgentWork)))
        {
            foreach (MissingFile missing in subtask.Subtask.TaskFile!.MissingContext.Where(reported.Add))
            {
                diagnostics.Add(new Diagnostic(
                    Codes.ContextMissing,
                    running && subtask.Subtask.Work is AgentWork ? Severity.Error : Severity.Warning,
                    $"'{missing.NamedAt.Id}': the context file '{missing.Path}' is not there.",
                    missing.NamedAt));
            }
        }
    }

    private static string Located(string item, string preset) => item.Length > 0
        ? $"say where it is: add Tool=\"path/to/{preset}\" to the ParallelAgent item '{item}'"
        : $"say where it is: add <ParallelAgent Include=\"{preset}\" Runner=\"{preset}\" Tool=\"path/to/{preset}\" />";

    private static AgentCommand? Command(PlannedSubtask subtask) => ((AgentWork)subtask.Subtask.Work).Command;
}
