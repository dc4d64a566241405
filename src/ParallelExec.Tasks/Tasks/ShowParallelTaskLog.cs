using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Build.Framework;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace ParallelExec.Tasks;

/// <summary>
/// Hands the run's log to the engine while the task that runs it waits for projects. Inside ParallelTasks.proj; not for users.
/// </summary>
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

    /// <summary>How many lines were shown: the others are shown by the run itself.</summary>
    [Output]
    public int Shown => shown;

    /// <inheritdoc />
    public void Cancel() => cancelled.TrySetResult();

    /// <inheritdoc />
    public override bool Execute()
    {
        // While it waits it takes no place from the projects.
        BuildEngine3.Yield();
        try
        {
            Show(ProjectOrder.Decode(Round));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // The folder is gone, or a line in it is torn: the run shows what is left.
        }
        finally
        {
            BuildEngine3.Reacquire();
        }
        return true;
    }

    /// <summary>How many lines of a round were shown: a node whose build was cancelled does not answer, but has left a note.</summary>
    internal static int ShownIn(string folder, string? answer)
    {
        try
        {
            answer ??= File.ReadAllText(ShownFile(folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing was shown, or it is shown twice.
        }
        return int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out int shown) ? shown : 0;
    }

    private static string ShownFile(string folder) => Path.Combine(folder, "shown.txt");

    private void Show(string folder)
    {
        using var stream = new FileStream(
            EngineLog.LogFile(folder), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        bool ended;
        do
        {
            // Looked at before reading: what was written before the end is then read for certain.
            ended = !File.Exists(ProjectRound.OpenFile(folder));
            int before = shown;
            ShowNewLines(reader);
            if (shown > before)
                Note(folder);
        }
        while (!ended && !cancelled.Task.Wait(Interval));
    }

    private void ShowNewLines(StreamReader reader)
    {
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
    }

    private void Note(string folder)
    {
        try
        {
            File.WriteAllText(ShownFile(folder), shown.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The answer has it as well.
        }
    }
}
