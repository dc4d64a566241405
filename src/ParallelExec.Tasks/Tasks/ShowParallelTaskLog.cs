using System.Globalization;
using System.Text;
using Microsoft.Build.Framework;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace ParallelExec.Tasks;

/// <summary>Hands the run's log to the engine while the task that runs it waits for projects. Inside ParallelTasks.proj; not for users.</summary>
[MSBuildMultiThreadableTask]
public sealed class ShowParallelTaskLog : MSBuildTask, ICancelableTask
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private readonly TaskCompletionSource cancelled = new();
    private readonly StringBuilder partOfLine = new();
    private int shown;

    /// <summary>The folder of the round that is built.</summary>
    [Required]
    public string Round { get; set; } = "";

    /// <summary>True where the terminal logger shows this build.</summary>
    public bool TerminalLogger { get; set; }

    /// <inheritdoc />
    public void Cancel() => cancelled.TrySetResult();

    /// <inheritdoc />
    public override bool Execute()
    {
        using var stream = new FileStream(EngineLog.LogFile(Round), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        // While it waits it takes no place from the projects.
        BuildEngine3.Yield();
        try
        {
            bool ended;
            do
            {
                // Looked at before reading: what was written before the end is then read for certain.
                ended = !ProjectMarker.AnyRunning(Round);
                ShowNewLines(reader);
            }
            while (!ended && !cancelled.Task.Wait(Interval));
        }
        finally
        {
            BuildEngine3.Reacquire();
        }
        return true;
    }

    private void ShowNewLines(StreamReader reader)
    {
        int before = shown;
        int character;
        while ((character = reader.Read()) >= 0)
        {
            if (character != '\n')
            {
                partOfLine.Append((char)character);
                continue;
            }
            LogEntry.FromJsonLine(partOfLine.ToString()).LogTo(BuildEngine, TerminalLogger);
            partOfLine.Clear();
            shown++;
        }
        if (shown > before)
            File.WriteAllText(EngineLog.ShownFile(Round), shown.ToString(CultureInfo.InvariantCulture));
    }
}
