using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Agents;

/// <summary>How an agent's command line is started for one subtask: its placeholders are filled.</summary>
/// <param name="Environment">Complete.</param>
internal sealed record AgentStart(ToolWork Tool, IReadOnlyDictionary<string, string> Environment)
{
    /// <param name="promptFile">Beside it are the files into which the subtask may write what it hands on.</param>
    /// <param name="environment">Of the attempt.</param>
    /// <param name="keepsSession">It may be continued later.</param>
    /// <param name="session">It continues this one; empty = it begins anew.</param>
    public static AgentStart Of(
        AgentCommand command, PlannedSubtask planned, string promptFile, IReadOnlyDictionary<string, string> environment,
        bool keepsSession = false, string session = "")
    {
        string handOver = Path.GetDirectoryName(promptFile)!;
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["agent"] = command.AgentName,
            ["dir"] = planned.Subtask.WorkingDirectory,
            ["id"] = planned.Id,
            ["prompt-file"] = promptFile,
            ["handover"] = handOver,
            ["session"] = session,
        };
        bool continues = session.Length > 0;
        return new(
            new ToolWork(
                command.Tool,
                [.. AgentPreset.ArgumentsFor(command, keepsSession, continues).Select(argument => Placeholders.Fill(argument, values))]),
            Variables(command, planned.Subtask, promptFile, environment, keepsSession, continues));
    }

    private static Dictionary<string, string> Variables(
        AgentCommand command, Subtask subtask, string promptFile, IReadOnlyDictionary<string, string> attempt, bool keepsSession,
        bool continues)
    {
        var environment = new Dictionary<string, string>(
            attempt, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // Its patterns have slashes everywhere, and stand in JSON.
            ["handover-json"] = System.Text.Json.JsonEncodedText.Encode(
                Path.GetDirectoryName(promptFile)!.Replace('\\', '/')).ToString(),
        };
        foreach ((string name, string value) in AgentPreset.EnvironmentFor(command, keepsSession, continues))
            environment.TryAdd(name, Placeholders.Fill(value, values));
        if (command.Preset is not null && AgentPreset.Find(command.Preset)!.Settings is { } settings
            && !environment.ContainsKey(settings.Variable))
        {
            string file = Path.ChangeExtension(promptFile, ".settings.json");
            File.WriteAllText(file, settings.Json);
            environment[settings.Variable] = file;
        }
        foreach ((string name, string value) in command.Environment)
            environment[name] = value;
        // A subtask's own says more than its agent's.
        foreach ((string name, string value) in subtask.Environment)
            environment[name] = value;
        return environment;
    }
}
