using System.Globalization;
using ParallelExec.Model;

namespace ParallelExec.Execution.Processes;

/// <summary>
/// What exit codes say by custom. They are a program's own: this decorates a message, and decides nothing but how long is waited for a
/// stop.
/// </summary>
internal static class ExitCodes
{
    private const int FirstSignal = 128, LastSignal = 128 + 64;

    /// <summary>STATUS_CONTROL_C_EXIT.</summary>
    private const int ControlC = unchecked((int)0xC000013A);

    /// <returns>Empty, or words in parentheses with a space before them.</returns>
    public static string Meaning(int? exitCode, Platform platform) => (exitCode, platform.IsWindows) switch
    {
        (126, false) => " (found, but could not be executed)",
        (127, false) => " (the shell did not find a command)",
        ( > FirstSignal and <= LastSignal, false) => $" (ended by signal {exitCode - FirstSignal})",
        (9009, true) => " (cmd.exe did not find a command)",
        (ControlC, true) => " (ended by Ctrl+C)",
        ( < 0, true) => string.Create(CultureInfo.InvariantCulture, $" (0x{exitCode:X8}{Status(exitCode.Value)})"),
        _ => "",
    };

    /// <summary>
    /// It looks as if something that ends a build has reached the child (SIGHUP, SIGINT, SIGQUIT, SIGTERM; Ctrl+C): we may be told a moment
    /// later.
    /// </summary>
    public static bool IsOfStop(int exitCode, Platform platform) => platform.IsWindows
        ? exitCode == ControlC
        : exitCode is FirstSignal + 1 or FirstSignal + 2 or FirstSignal + 3 or FirstSignal + 15;

    private static string Status(int status) => unchecked((uint)status) switch
    {
        0xC0000005 => ", access violation",
        0xC0000135 => ", a DLL was not found",
        0xC00000FD => ", stack overflow",
        _ => "",
    };
}
