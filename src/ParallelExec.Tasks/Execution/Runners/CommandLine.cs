using System.Collections.Immutable;
using System.Text;
using ParallelExec.Execution.Processes;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Execution.Runners;

/// <summary>How a command or a tool is started.</summary>
/// <param name="pumped">False: the child writes its log file itself. A pipe and its reader would double the cost of a short
/// command, can be held open by a daemon, and bring nothing where no text has to be changed on its way.</param>
internal sealed class CommandLine(Platform platform, bool pumped)
{
    /// <summary>Linux allows 128 KiB for one argument; a longer command goes through a file.</summary>
    private const int LongestArgument = 100_000;

    /// <param name="direct">False: it was tried without a shell in front of it, and the system did not execute it.</param>
    public LaunchedCommand? For(Work work, AttemptContext context, bool direct, out string problem)
    {
        LaunchedCommand? launched = work switch
        {
            ToolWork tool => ForTool(tool, context, direct, out problem),
            CommandWork command when platform.IsWindows => OnWindows(command, context, out problem),
            CommandWork command => OnUnix(command, context, direct, out problem),
            _ => throw new InvalidOperationException($"{work.GetType().Name} is not run by a process"),
        };
        // Windows has no files to give to a child: there we read what it writes.
        return launched is null ? null : launched with
        {
            InputFile = context.InputFile,
            LogFile = pumped || platform.IsWindows ? null : context.LogFile,
            AppendToLog = context.AppendToLog,
        };
    }

    private LaunchedCommand? ForTool(ToolWork tool, AttemptContext context, bool direct, out string problem)
    {
        string? found = Find(tool.Tool, context);
        problem = found is not null ? ""
            : $"the program '{tool.Tool}' was not found. Is it installed, and on the PATH? A path is relative to the subtask's "
            + $"WorkingDirectory";
        if (found is null)
            return null;
        return direct
            ? new LaunchedCommand(found, tool.Arguments) { IsDirect = platform.HasSpawn }
            // A script without a first line that says who reads it: a shell does.
            : new LaunchedCommand("/bin/sh", ["-c", "exec \"$@\"", "sh", found, .. tool.Arguments]);
    }

    private LaunchedCommand? OnUnix(CommandWork command, AttemptContext context, bool direct, out string problem)
    {
        problem = "";
        if (direct && command.Shell is null && platform.HasSpawn && Direct(command.CommandLine, context) is { } alone)
            return alone;
        string text = command.CommandLine.ReplaceLineEndings("\n");
        string name = command.Shell ?? "/bin/sh";
        if (Find(name, context) is not { } shell)
        {
            problem = NoShell(name);
            return null;
        }
        if (Path.GetFileName(shell) is not ("sh" or "bash" or "dash" or "ksh" or "zsh" or "ash"))
            return new LaunchedCommand(shell, [.. ShellArguments(shell), text]);
        if (Encoding.UTF8.GetByteCount(text) <= LongestArgument)
            return new LaunchedCommand(shell, ["-c", text, "sh"]);
        string script = context.LogFile + ".sh";
        File.WriteAllText(script, text + "\n");
        return new LaunchedCommand(shell, ["-c", ". \"$1\"", "sh", script]) { ScriptFile = script };
    }

    private LaunchedCommand? Direct(string commandLine, AttemptContext context) =>
        DirectCommand.Words(commandLine) is { } words && !DirectCommand.HasFunctions(context.Environment)
            && Find(words[0], context) is { } program
            ? new LaunchedCommand(program, [.. words.Skip(1)]) { Name = words[0], IsDirect = true }
            : null;

    private LaunchedCommand? OnWindows(CommandWork command, AttemptContext context, out string problem)
    {
        problem = "";
        if (command.Shell is { } name && !Path.GetFileNameWithoutExtension(name).Equals("cmd", StringComparison.OrdinalIgnoreCase))
        {
            if (Find(name, context) is { } shell)
                return new LaunchedCommand(shell, [.. ShellArguments(shell), command.CommandLine]);
            problem = NoShell(name);
            return null;
        }
        // cmd.exe has quoting rules of its own: a script file needs none, and may have several lines.
        string script = context.LogFile + ".cmd";
        File.WriteAllText(script, WindowsScript(command.CommandLine), new UTF8Encoding(false));
        return new LaunchedCommand("cmd.exe", ["/D", "/Q", "/C", script]) { ScriptFile = script };
    }

    private static string WindowsScript(string commandLine) =>
        $"@echo off\r\nchcp 65001 >nul\r\n{commandLine.ReplaceLineEndings("\r\n")}\r\nexit /b %errorlevel%\r\n";

    private string? Find(string program, AttemptContext context) =>
        ExecutableFinder.Find(program, context.Planned.Subtask.WorkingDirectory, context.Environment, platform);

    private static string NoShell(string shell) =>
        $"the shell '{shell}' was not found. Is it installed, and on the PATH? A path is relative to the subtask's WorkingDirectory";

    private static ImmutableArray<string> ShellArguments(string shell) => Path.GetFileNameWithoutExtension(shell).ToUpperInvariant() switch
    {
        "PWSH" or "POWERSHELL" => ["-NoProfile", "-NonInteractive", "-Command"],
        _ => ["-c"],
    };
}
