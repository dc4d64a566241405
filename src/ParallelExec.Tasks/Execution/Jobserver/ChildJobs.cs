using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using ParallelExec.Events;
using ParallelExec.Execution.Processes;
using ParallelExec.Execution.Runners;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Jobserver;

/// <summary>Gives children the protocol by which GNU make shares jobs: make, ninja, cargo and gcc know it.</summary>
internal sealed partial class ChildJobs(RunOptions options, IReadOnlyDictionary<string, string> environment) : IDisposable
{
    /// <summary>How many processors a program of .NET believes to have: so many nodes a nested build starts.</summary>
    private const string ProcessorCount = "DOTNET_PROCESSOR_COUNT";

    private readonly Lazy<bool> makeReadsFifo = new(() => MakeReadsFifo(environment));

    public JobPool Pool { get; } = new(options.MaxParallelism);

    /// <summary>Null where the build has none.</summary>
    public static ChildJobs? For(RunOptions options, IReadOnlyDictionary<string, string> environment) =>
        options.Jobserver == JobserverForm.Off ? null : new ChildJobs(options, environment);

    /// <summary>Opens a child's share of the jobs.</summary>
    /// <param name="share">To be disposed when it has ended.</param>
    /// <exception cref="ProcessNotStartedException">The system gives no pipe.</exception>
    /// <returns>The command with what it is to inherit, and what is to be in its environment.</returns>
    public (LaunchedCommand Command, IReadOnlyDictionary<string, string> Environment) Open(
        LaunchedCommand command, Work work, AttemptContext context, out JobShare share)
    {
        Subtask subtask = context.Planned.Subtask;
        try
        {
            share = Pool.Open(subtask.Cores);
        }
        catch (IOException e)
        {
            throw new ProcessNotStartedException($"the system gives no pipe for its jobs (ParallelExecJobserver): {e.Message}", inner: e);
        }
        bool inherits = share.Pipe.File is not null && SpawnedProcess.IsSupported && FormFor(command, work) == JobserverForm.Pipe;
        string auth = inherits ? string.Create(CultureInfo.InvariantCulture, $"{LaunchedCommand.JobsIn},{LaunchedCommand.JobsOut}")
            : share.Pipe.Auth;
        var variables = new Dictionary<string, string>(context.Environment, Platform.Current.VariableNames);
        variables[MakeFlags.Variable] = MakeFlags.With(variables.GetValueOrDefault(MakeFlags.Variable, ""), options.MaxParallelism, auth);
        // Of a suite's host, or an agent, it would say more than how many nodes a build has.
        if (subtask.Work is CommandWork or ToolWork)
            variables.TryAdd(ProcessorCount, Wording.Number(Math.Clamp(subtask.Cores + share.Lent, 1, options.MaxParallelism)));
        return (command with
        {
            Arguments = MakeFlags.WithoutJobs(command.Program, command.Arguments),
            JobsFile = inherits ? share.Pipe.File : null,
        }, variables);
    }

    /// <summary>Tells of commands for which it does nothing, because they say themselves how many jobs they run.</summary>
    public static void Check(ExecutionPlan plan, IRunLog log)
    {
        foreach (PlannedSubtask planned in plan.Subtasks)
        {
            if (planned is { Excluded: null, Subtask.Work: CommandWork command } && DirectCommand.Words(command.CommandLine) is null
                && OwnJobs().Match(command.CommandLine) is { Success: true } found)
            {
                log.Report(Diagnostic.Warning(
                    Codes.DoesNotApply,
                    $"'{planned.Id}' runs '{Wording.Shorten(found.Value, 60)}': with a number of its own {found.Groups[1].Value} takes no "
                        + "jobs of ParallelExecJobserver, and runs as many as it says. Leave the -j out; it runs as many as are free.",
                    planned.Subtask.Origin,
                    "Command"));
            }
        }
    }

    public void Dispose() => Pool.Dispose();

    private JobserverForm FormFor(LaunchedCommand command, Work work)
    {
        if (options.Jobserver != JobserverForm.Auto)
            return options.Jobserver;
        string text = work is CommandWork shell ? shell.CommandLine : string.Join(' ', command.Arguments.Prepend(command.Program));
        return (NamesNinja().IsMatch(text) && !NamesMake().IsMatch(text)) || makeReadsFifo.Value ? JobserverForm.Fifo : JobserverForm.Pipe;
    }

    /// <summary>One before 4.4 ends with an error at a path; where there is none, others are asked for, which all know it.</summary>
    private static bool MakeReadsFifo(IReadOnlyDictionary<string, string> environment)
    {
        if (ExecutableFinder.Find("make", Path.GetTempPath(), environment) is not { } make)
            return true;
        try
        {
            Match version = MakeVersion().Match(SystemProcess.Capture(make, "--version"));
            return version.Success && (int.Parse(version.Groups[1].Value, CultureInfo.InvariantCulture) > 4
                || (version.Groups[1].Value == "4" && int.Parse(version.Groups[2].Value, CultureInfo.InvariantCulture) >= 4));
        }
        catch (Win32Exception)
        {
            return true;
        }
    }

    [GeneratedRegex(@"^GNU Make ([0-9]{1,4})\.([0-9]{1,4})", RegexOptions.CultureInvariant)]
    private static partial Regex MakeVersion();

    [GeneratedRegex(@"\bninja\b", RegexOptions.CultureInvariant)]
    private static partial Regex NamesNinja();

    [GeneratedRegex(@"\bg?make\b", RegexOptions.CultureInvariant)]
    private static partial Regex NamesMake();

    [GeneratedRegex(@"(?<![\w.-])(g?make|ninja)(?: [^;&|\n]*)? (?:-j|--jobs)(?! ?=?1(?![0-9]))[^\s;&|]*", RegexOptions.CultureInvariant)]
    private static partial Regex OwnJobs();
}
