using System.Globalization;
using System.Runtime.InteropServices;

namespace ParallelExec.TestChild.Verbs;

/// <summary>
/// Writes over the memory from which the system tells others its environment, as servers do that show their state as their title. Linux.
/// </summary>
internal static class ForgetEnvironment
{
    internal static readonly Verb Verb =
        new("forget-environment", "PIDFILE", "writes over its environment, then as `hang PIDFILE`", 1, Run);

    private static int Run(string[] args)
    {
        // Number, name in parentheses, state, ...: of the fields the 50th and 51st are where its environment begins and ends.
        string stat = File.ReadAllText("/proc/self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        long begin = long.Parse(fields[47], CultureInfo.InvariantCulture), end = long.Parse(fields[48], CultureInfo.InvariantCulture);
        Marshal.Copy(new byte[end - begin], 0, (nint)begin, (int)(end - begin));
        return Hang.Until(args[0]);
    }
}
