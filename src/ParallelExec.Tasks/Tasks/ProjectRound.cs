using ParallelExec.Execution.Runners;

namespace ParallelExec.Tasks;

/// <summary>
/// What a round of projects tells before it is over, through a folder: the nodes that build are other processes, and the engine answers
/// only when all have ended. Without the folder (a full disk, somebody removed it) the answers come then, and none is lost.
/// </summary>
internal sealed class ProjectRound : IDisposable
{
    /// <summary>How often finished projects are looked for while others of their round still build.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly string folder;
    private readonly IReadOnlyList<ProjectRequest> requests;
    private readonly Lock gate = new();
    private Timer? timer;
    private Exception? bug;
    private int ended;

    private ProjectRound(string folder, IReadOnlyList<ProjectRequest> requests) => (this.folder, this.requests) = (folder, requests);

    /// <summary>False where the folder could not be made.</summary>
    public bool IsOpen { get; private set; }

    public static ProjectRound Begin(string folder, IReadOnlyList<ProjectRequest> requests)
    {
        var round = new ProjectRound(folder, requests);
        try
        {
            Directory.CreateDirectory(EndedFolder(folder));
            File.WriteAllBytes(OpenFile(folder), []);
            round.IsOpen = true;
            round.timer = new Timer(_ => round.Look(), null, Interval, Interval);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then all ends are told at the end of the round.
        }
        return round;
    }

    /// <summary>It is there while the round has not ended.</summary>
    public static string OpenFile(string folder) => Path.Combine(folder, "open");

    /// <summary>
    /// Tells the end of a request before its round is over. Its name says it all: a file without content fits on a full disk.
    /// </summary>
    public static void TellEnd(ProjectOrder order, ProjectAnswer answer)
    {
        try
        {
            if (answer.Refused.Length == 0)
                File.WriteAllBytes(Path.Combine(EndedFolder(order.Folder), $"{order.Number}.{answer.ToText()}"), []);
            else
                Close(order.Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then all that is left is told at the end of the round, and nobody may wait for it before.
            Close(order.Folder);
        }
    }

    /// <summary>The engine has answered: nothing of the round is under way.</summary>
    /// <param name="answers">In the order of the requests; null where there is none.</param>
    public void End(IReadOnlyList<ProjectAnswer?> answers)
    {
        Look();
        if (bug is not null)
            throw new InvalidOperationException("the ends of projects could not be told", bug);
        for (int i = 0; i < requests.Count; i++)
            requests[i].Ended.TrySetResult((i < answers.Count ? answers[i] : null)?.Outcome ?? new ProjectOutcome(Succeeded: false));
    }

    public void Dispose()
    {
        timer?.Dispose();
        Close(folder);
    }

    private static string EndedFolder(string folder) => Path.Combine(folder, "ended");

    // Each file is read once and removed: however many projects a round has, looking costs what is new. Called by the timer, and never
    // throws: that would end the process. A bug is told at the end of the round.
    private void Look()
    {
        lock (gate)
        {
            try
            {
                foreach (string file in Directory.EnumerateFiles(EndedFolder(folder)))
                {
                    string[] name = Path.GetFileName(file).Split('.', 2);
                    if (!int.TryParse(name[0], out int number) || number < 0 || number >= requests.Count
                        || ProjectAnswer.FromText(name[^1]) is not { } answer)
                        continue;
                    if (requests[number].Ended.TrySetResult(answer.Outcome))
                        ended++;
                    File.Delete(file);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody removed it, or what is in it: the engine's answer has all of it.
            }
            catch (Exception e)
            {
                bug ??= e;
            }
            if (ended == requests.Count || !Directory.Exists(folder))
                Close(folder);
        }
    }

    // Whoever shows the log meanwhile waits for this, and the engine for him. A removal works on a full disk.
    private static void Close(string folder)
    {
        try
        {
            File.Delete(OpenFile(folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that is gone has no such file either.
        }
    }
}
