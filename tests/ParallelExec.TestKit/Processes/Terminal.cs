using System.Diagnostics;
using System.Globalization;

namespace ParallelExec.TestKit;

/// <summary>
/// A command in a real terminal (tmux, with a server of its own): what it shows can be read, keys reach its whole process group as they do
/// when a person presses them. Where <see cref="Program"/> is null a test skips itself with <see cref="Missing"/>.
/// </summary>
public sealed class Terminal : IDisposable
{
    public const string Missing = "needs tmux on the PATH, which .ci/run installs";

    private readonly string program;
    private readonly string socket;

    private Terminal(string program, string socket) => (this.program, this.socket) = (program, socket);

    /// <summary>The program that makes terminals; null where there is none.</summary>
    public static string? Program { get; } = OperatingSystem.IsWindows() ? null : (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Select(directory => Path.Combine(directory, "tmux")).FirstOrDefault(File.Exists);

    /// <summary>Starts a command line of the shell. The command's environment is the walled-off one of other builds in tests, with the terminal logger left to MSBuild.</summary>
    public static async Task<Terminal> StartAsync(TestFolder folder, string commandLine, int columns = 160, int rows = 50)
    {
        Terminal terminal = new(Program ?? throw new InvalidOperationException(Missing), folder.Combine("terminal.socket"));
        // What has ended stays on the screen. No status line: the screen is the command's own.
        string settings = folder.Write("terminal.conf", """
            set -g remain-on-exit on
            set -g default-terminal xterm-256color
            set -g default-shell /bin/sh
            set -g history-limit 100000
            set -g status off
            """ + "\n");
        await terminal.AskAsync(
            "-f", settings, "new-session", "-d", "-c", folder.Path, "-x", Number(columns), "-y", Number(rows), commandLine);
        return terminal;
    }

    /// <summary>Presses keys by their names: <c>C-c</c>, <c>Enter</c>, <c>Down</c>.</summary>
    public Task PressAsync(params string[] keys) => AskAsync(["send-keys", .. keys]);

    /// <summary>Types a text as it is.</summary>
    public Task TypeAsync(string text) => AskAsync("send-keys", "-l", text);

    /// <summary>What can be seen now, without colours; lines that were wrapped are whole.</summary>
    public Task<string> ScreenAsync() => AskAsync("capture-pane", "-p", "-J");

    /// <summary>The same with what has been scrolled away before it.</summary>
    public Task<string> HistoryAsync() => AskAsync("capture-pane", "-p", "-J", "-S", "-");

    /// <summary>Waits until the text is on the screen, or was.</summary>
    public async Task<string> WaitForAsync(string text)
    {
        string shown = "";
        try
        {
            await FileWait.UntilAsync(async () => (shown = await HistoryAsync()).Contains(text, StringComparison.Ordinal));
            return shown;
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"'{text}' was not shown in time. The screen:\n{shown}", e);
        }
    }

    /// <summary>Waits for the end of the command and returns its exit code; 128 + the signal's number where one ended it.</summary>
    public async Task<int> ExitAsync()
    {
        string[] end = [];
        await FileWait.UntilAsync(async () =>
        {
            end = (await AskAsync("display-message", "-p", "#{pane_dead}|#{pane_dead_status}|#{pane_dead_signal}")).Trim().Split('|');
            if (end[0] != "1" || end[1].Length + end[2].Length > 0)
                return end[0] == "1";
            // The exit code is known a moment later. tmux 3.3 can miss that moment, and then looks only when another child of it has ended.
            await AskAsync("run-shell", "true");
            return false;
        });
        return int.TryParse(end[1], NumberStyles.None, CultureInfo.InvariantCulture, out int code)
            ? code
            : 128 + int.Parse(end[2], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>Closes the terminal: what still runs in it gets SIGHUP, as when a window is closed.</summary>
    public void Dispose()
    {
        if (File.Exists(socket))
            AskAsync(mayFail: true, ["kill-server"]).GetAwaiter().GetResult();
    }

    private Task<string> AskAsync(params string[] arguments) => AskAsync(mayFail: false, arguments);

    private async Task<string> AskAsync(bool mayFail, string[] arguments)
    {
        ProcessStartInfo start = new(program, ["-S", socket, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        WalledOffEnvironment.Apply(start.Environment, terminalLogger: true);
        // A test that is itself run in a terminal of this kind is not inside the new one.
        start.Environment.Remove("TMUX");
        start.Environment["LC_ALL"] = "C.UTF-8";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0 && !mayFail)
            throw new InvalidOperationException($"tmux {string.Join(' ', arguments)}: {await error}");
        return output;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
