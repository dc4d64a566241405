using System.Collections.Concurrent;
using System.Collections.Immutable;
using ParallelExec.Agents;
using ParallelExec.Exchange;
using ParallelExec.Fingerprints;
using ParallelExec.Model;

namespace ParallelExec.Execution.Runners;

/// <summary>
/// Runs coding agents: the prompt goes in, their command line works, and then it is looked at what it says and what has changed.
/// </summary>
internal sealed class AgentRunner(ProcessRunner processes, HandOver handOver, PromptText prompts, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, RateLimit> limits = new(StringComparer.Ordinal);
    private readonly Lazy<ConcurrentDictionary<int, ImmutableArray<OutputStamp>>> before = new(() => new());

    public async Task<RunnerResult> RunAsync(AgentWork work, AttemptContext context)
    {
        AgentCommand command = work.Command ?? throw new InvalidOperationException("an agent without a runner is refused before the run");
        RateLimit limit = limits.GetOrAdd(command.Tool, _ => new RateLimit(time));
        // Before the first attempt: what that has written is this subtask's work, also where only a later one succeeds.
        ImmutableArray<OutputStamp> stamps = before.Value.GetOrAdd(context.Planned.Index, _ => StampsBefore(context.Planned.Subtask));
        string promptFile = handOver.WritePrompt(context.Planned, prompts.For(context.Planned, handOver.Received(context.Planned)));
        context = context with { InputFile = promptFile, Environment = Environment(command, context) };
        while (true)
        {
            if (!await limit.WaitAsync(context.Ended).ConfigureAwait(false))
                return new RunnerResult(
                    RunnerEnd.Stopped)
                { HasLog = context.AppendToLog, Problem = "waiting for a rate limit of its service to pass" };
            long start = context.AppendToLog && File.Exists(context.LogFile) ? new FileInfo(context.LogFile).Length : 0;
            RunnerResult ran = await processes.RunAsync(Tool(command, context, promptFile), context).ConfigureAwait(false);
            if (ran.End != RunnerEnd.Exited)
                return ran;
            AgentAnswer answer = AgentAnswer.Read(command.Preset, context.LogFile, start, ran.ExitCode ?? 0);
            if (!answer.IsRateLimit)
            {
                limit.Passed();
                return Judge(work, command, answer, ran, stamps, context);
            }
            limit.Hit();
            context = context with { AppendToLog = true };
        }
    }

    /// <summary>What an earlier run's attempt has written, which was interrupted or failed, is this subtask's work too.</summary>
    private static ImmutableArray<OutputStamp> StampsBefore(Subtask subtask)
    {
        ImmutableArray<OutputStamp> stamps = DeclaredFiles.Stamps(subtask.Outputs);
        return subtask.TaskFile?.BegunAt is { } begun ? stamps.RemoveAll(file => File.GetLastWriteTimeUtc(file.Path) >= begun.UtcDateTime)
            : stamps;
    }

    private static RunnerResult Judge(
        AgentWork work, AgentCommand command, AgentAnswer answer, RunnerResult ran, ImmutableArray<OutputStamp> stamps,
            AttemptContext context)
    {
        if (answer.IsFallback)
            return Failed(
                Codes.AgentUnknown,
                $"{command.Tool} does not know the agent '{command.AgentName}', and another one has worked. Define it for {command.Tool}, "
                + $"or map it with <ParallelAgent Include=\"{work.Agent}\" ... />");
        if (answer.Problem is { } problem)
            return Failed(Codes.AgentFailed, $"the agent failed: {problem}");
        if (!stamps.IsEmpty && stamps.SequenceEqual(DeclaredFiles.Stamps(context.Planned.Subtask.Outputs)))
            return Failed(Codes.ChangedNothing, "the agent says that it is done, but all declared outputs are as they were before");
        return ran with { Summary = answer.Summary };

        RunnerResult Failed(string code, string reason) => ran with { End = RunnerEnd.AgentFailed, Code = code, Problem = reason };
    }

    private static ToolWork Tool(AgentCommand command, AttemptContext context, string promptFile)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["agent"] = command.AgentName,
            ["dir"] = context.Planned.Subtask.WorkingDirectory,
            ["id"] = context.Planned.Id,
            ["prompt-file"] = promptFile,
        };
        return new ToolWork(command.Tool, [.. AgentPreset.ArgumentsFor(command).Select(argument => Placeholders.Fill(argument, values))]);
    }

    private static Dictionary<string, string> Environment(AgentCommand command, AttemptContext context)
    {
        var environment = new Dictionary<string, string>(
            context.Environment, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach ((string name, string value) in command.Preset is null ? [] : AgentPreset.Find(command.Preset)!.Environment)
            environment.TryAdd(name, value);
        foreach ((string name, string value) in command.Environment)
            environment[name] = value;
        // A subtask's own says more than its agent's.
        foreach ((string name, string value) in context.Planned.Subtask.Environment)
            environment[name] = value;
        return environment;
    }
}
