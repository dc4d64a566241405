using ParallelExec.Model;
using ParallelExec.Tests.Execution;

namespace ParallelExec.Tests.Agents;

/// <summary>
/// A program that stands for a real command line: at each start it plays one of the recordings in <c>Transcripts/</c>, which
/// <c>AgentCommandLineTests</c> shows to be what the real one says. <c>NAME.txt</c> has both of its streams, <c>NAME.rc</c> its exit code,
/// or <c>timeout</c> where it went on waiting.
/// </summary>
internal sealed class ReplayedAgent(Run run, string preset)
{
    /// <summary>A shell's command that does not come back.</summary>
    private const string Hangs = "exec tail -f /dev/null";

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Agents", "Transcripts");

    /// <summary>Plays the recordings one after another, the last of them again and again.</summary>
    /// <param name="writes">It has then done something.</param>
    public Subtask Playing(string text, bool writes, params string[] recordings)
    {
        Subtask subtask = Given.Subtask(text) with { WorkingDirectory = run.Folder.Path, Cores = 0 };
        string program = $"{subtask.Id}.sh";
        string cases = string.Concat(recordings.Select((name, index) =>
            $"{(index == recordings.Length - 1 ? "*" : index + 1)}) {Play(name)};;\n"));
        run.Folder.Write(program, $$"""
            #!/bin/sh
            cat > /dev/null
            echo "$*" >> calls
            {{(writes ? "echo new > out.txt" : "")}}
            case $(grep -c . calls) in
            {{cases}}esac
            """);
        run.Folder.MakeExecutable(program);
        var command = new AgentCommand(preset, run.Folder.Combine(program), [], []) { AgentName = "Coder" };
        return subtask with { Work = new AgentWork("Coder", "Do it.") { Command = command } };
    }

    private string Play(string name)
    {
        string recording = Path.Combine(Folder, preset, name);
        string exitCode = File.ReadAllText($"{recording}.rc").Trim();
        return $"cat '{recording}.txt'; : > played; {(exitCode == "timeout" ? Hangs : $"exit {exitCode}")}";
    }
}
