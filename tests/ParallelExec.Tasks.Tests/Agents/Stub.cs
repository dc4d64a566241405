using ParallelExec.Model;
using ParallelExec.Tests.Execution;

namespace ParallelExec.Tests.Agents;

/// <summary>An agent that is a small shell script.</summary>
internal static class Stub
{
    /// <param name="preset">The known command line whose output the script imitates; null = a tool of the user's own.</param>
    public static Subtask Agent(this Run run, string text, string script, string? preset = null, string prompt = "Do it.")
    {
        Subtask subtask = Given.Subtask(text) with { WorkingDirectory = run.Folder.Path, Cores = 0 };
        string file = run.Folder.Combine($"{subtask.Id}.sh");
        File.WriteAllText(file, "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var command = new AgentCommand(preset, file, [], []) { AgentName = "Coder" };
        return subtask with { Work = new AgentWork("Coder", prompt) { Command = command } };
    }
}
