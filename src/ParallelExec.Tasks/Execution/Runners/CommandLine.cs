using System.Collections.Immutable;
using System.Text;
using ParallelExec.Execution.Processes;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Execution.Runners;

/// <summary>How a command or a tool is started on this platform.</summary>
internal static class CommandLine
{
    /// <summary>Linux allows 128 KiB for one argument; a longer command goes through a file.</summary>
    private const int LongestArgument = 100_000;

    /// <param name="pumped">False: the child writes its log file itself. A pipe and its reader would double the cost of a short
    /// command, can be held open by a daemon, and bring nothing where no text has to be changed on its way.</param>
    public static LaunchedCommand? For(Work work, AttemptContext context, bool pumped, out string problem)
    {
        problem = "";
        if (work is ToolWork tool && ExecutableFinder.Find(tool.Tool, context.Planned.Subtask.WorkingDirectory, context.Environment) is var found)
        {
            if (found is null)
            {
                problem = $"the program '{tool.Tool}' was not found. Is it installed, and on the PATH? A path is relative to the subtask's WorkingDirectory";
                return null;
            }
            return OperatingSystem.IsWindows()
                ? new LaunchedCommand(found, tool.Arguments, Pumped: true) { InputFile = context.InputFile }
                : Redirected("/bin/sh", "exec \"$@\"", [found, .. tool.Arguments], context, pumped);
        }
        var command = (CommandWork)work;
        return OperatingSystem.IsWindows() ? OnWindows(command, context) : OnUnix(command, context, pumped);
    }

    private static LaunchedCommand OnUnix(CommandWork command, AttemptContext context, bool pumped)
    {
        string text = command.CommandLine.ReplaceLineEndings("\n");
        string shell = command.Shell ?? "/bin/sh";
        if (Path.GetFileName(shell) is not ("sh" or "bash" or "dash" or "ksh" or "zsh" or "ash"))
            return Redirected("/bin/sh", "exec \"$@\"", [shell, .. ShellArguments(shell), text], context, pumped);
        string? script = Encoding.UTF8.GetByteCount(text) > LongestArgument ? context.LogFile + ".sh" : null;
        if (script is not null)
        {
            File.WriteAllText(script, text + "\n");
            text = $". '{script.Replace("'", "'\\''", StringComparison.Ordinal)}'";
        }
        return Redirected(ExecutableFinder.Find(shell, "/", context.Environment) ?? shell, text, [], context, pumped) with { ScriptFile = script };
    }

    /// <summary>
    /// A shell that first opens its input, and the log file as its output (paths are arguments, so that nothing has to be quoted), and then
    /// runs <paramref name="script"/>. A line of its own: a syntax error in the script is reported into the log as well.
    /// </summary>
    private static LaunchedCommand Redirected(
        string shell, string script, ImmutableArray<string> arguments, AttemptContext context, bool pumped)
    {
        string target = pumped ? "" : context.AppendToLog ? ">>\"$1\" " : ">\"$1\" ";
        string input = context.InputFile is null ? "/dev/null" : "\"$2\"";
        return new LaunchedCommand(
            shell, ["-c", $"exec {target}2>&1 <{input}; shift 2\n{script}", "sh", context.LogFile, context.InputFile ?? "", .. arguments], pumped);
    }

    private static LaunchedCommand OnWindows(CommandWork command, AttemptContext context)
    {
        if (command.Shell is { } shell && !Path.GetFileNameWithoutExtension(shell).Equals("cmd", StringComparison.OrdinalIgnoreCase))
            return new LaunchedCommand(shell, [.. ShellArguments(shell), command.CommandLine], Pumped: true);
        // cmd.exe has quoting rules of its own: a script file needs none, and may have several lines.
        string script = context.LogFile + ".cmd";
        File.WriteAllText(script, "@echo off\r\nchcp 65001 >nul\r\n" + command.CommandLine.ReplaceLineEndings("\r\n") + "\r\nexit /b %errorlevel%\r\n", new UTF8Encoding(false));
        return new LaunchedCommand("cmd.exe", ["/D", "/Q", "/C", script], Pumped: true, script);
    }

    private static ImmutableArray<string> ShellArguments(string shell) => Path.GetFileNameWithoutExtension(shell).ToUpperInvariant() switch
    {
        "PWSH" or "POWERSHELL" => ["-NoProfile", "-NonInteractive", "-Command"],
        _ => ["-c"],
    };
}
