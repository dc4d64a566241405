using System.Collections;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Build.Framework;

namespace ParallelExec.Tasks;

/// <summary>
/// What runs and how far it is, in the line that the terminal logger has for this node. That line shows the project that the node builds,
/// and its target framework: so for each text a project is built, of which it is the target framework, and whose task waits until there is
/// something else to do. See docs/architecture.md.
/// </summary>
/// <param name="serve">Serves the run from a task of that project until there is something else to do.</param>
/// <param name="nodes">How many nodes the engine has.</param>
internal sealed class LiveLine(IBuildEngine9 engine, string sdkDirectory, int nodes, Action<IBuildEngine9, Func<bool>> serve)
{
    /// <summary>As long as a text may be in a terminal: behind it are the target and the time.</summary>
    public static int Width => TerminalWidth() - 28;

    // Where the node has other projects to build, getting it back takes long, and nobody would be served meanwhile.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(200);

    private const int Narrow = 80;
    private const int MostThatTheLoggerUses = 120;

    private readonly string name = $"ParallelExec {Guid.NewGuid():N}";
    private volatile string text = "";
    private string shown = "";
    private bool isOff;
    private bool served;
    private int count;

    /// <summary>From any thread: what the line is to say from now on.</summary>
    public void Say(string line) => text = line;

    /// <summary>A text is there, and nobody shows it now.</summary>
    public bool IsDue => !isOff && text.Length > 0;

    /// <summary>Serves the run while the text is shown. Only for the engine's own thread, which must not be yielded.</summary>
    /// <param name="since">When it began to get itself back.</param>
    public void Show(long since)
    {
        shown = text;
        if (Stopwatch.GetElapsedTime(since) > LongestWait)
        {
            isOff = true;
            return;
        }
        served = false;
        engine.RegisterTaskObject(name, this, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        try
        {
            // The engine gives it to the node that has had the fewest projects. Where that is another one, it is soon this one's turn.
            bool built;
            do
                built = Build();
            while (built && !served && nodes > 1 && Stopwatch.GetElapsedTime(since) <= LongestWait);
            isOff = !built || !served;
        }
        finally
        {
            engine.UnregisterTaskObject(name, RegisteredTaskObjectLifetime.Build);
        }
    }

    // What the engine has built with the same properties it would not build again.
    private bool Build()
    {
        var properties = new Hashtable
        {
            ["TargetFramework"] = shown,
            ["_ParallelExecRun"] = name,
            ["_ParallelExecTasksAssembly"] = typeof(LiveLine).Assembly.Location,
            ["_ParallelExecCount"] = (++count).ToString(CultureInfo.InvariantCulture),
        };
        return engine.BuildProjectFile(Path.Combine(sdkDirectory, "Running.proj"), null, properties, null);
    }

    public void ServeFrom(IBuildEngine9 guest, Func<bool> isCancelled)
    {
        served = true;
        serve(guest, () => isCancelled() || text != shown);
    }

    private static int TerminalWidth()
    {
        try
        {
            int width = Console.WindowWidth;
            return width > 0 ? Math.Min(width, MostThatTheLoggerUses) : Narrow;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return Narrow;
        }
    }
}
