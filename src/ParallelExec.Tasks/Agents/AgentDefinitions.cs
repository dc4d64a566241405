using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Agents;

/// <summary>
/// Whether a command line knows an agent by its name, where that can be looked up: it is refused before it works. Who passes the agent's
/// flag himself, or starts another program, has settings of which nothing is known here.
/// </summary>
internal static class AgentDefinitions
{
    private const long LongestFile = 1_000_000;

    private static readonly string[] SettingsOfOpencode = ["opencode.json", "opencode.jsonc", "config.json"];
    private static readonly string[] FoldersOfOpencode = ["agent", "agents", "mode", "modes"];

    /// <param name="directory">In which it would work.</param>
    /// <returns>Where there is no definition, in words; null where there is one, or nobody can tell.</returns>
    public static string? WhyUnknown(AgentCommand command, string directory, IReadOnlyDictionary<string, string> environment)
    {
        if (command.AgentName.Length == 0 || command.Preset is not { } preset
            || !Path.GetFileNameWithoutExtension(command.Tool).Equals(preset, StringComparison.OrdinalIgnoreCase))
            return null;
        var variables = new Dictionary<string, string>(
            environment, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach ((string name, string value) in command.Environment)
            variables[name] = value;
        string home = variables.GetValueOrDefault("HOME") ?? variables.GetValueOrDefault("USERPROFILE") ?? "";
        // Its plugins, and settings on its command line, may bring more.
        return command.Arguments.IsEmpty ? preset switch
        {
            "claude" => OfClaude(command.AgentName, directory, home, variables),
            "opencode" => OfOpencode(command.AgentName, directory, home, variables),
            "copilot" => OfCopilot(command.AgentName, directory, home, variables),
            _ => null,
        } : null;
    }

    private static string? OfClaude(string agent, string directory, string home, Dictionary<string, string> variables)
    {
        // Of a plugin it is called PLUGIN:AGENT.
        if (agent.Contains(':') || agent is "claude" or "Explore" or "general-purpose" or "Plan" or "statusline-setup")
            return null;
        string own = variables.GetValueOrDefault("CLAUDE_CONFIG_DIR") ?? Path.Combine(home, ".claude");
        return Folders(directory, ".claude/agents").Append(Path.Combine(own, "agents"))
            .SelectMany(Definitions).Any(file => IsCalled(file, agent))
            ? null : $"there is no .claude/agents/{agent}.md in '{directory}' or above it, and none in '{Path.Combine(own, "agents")}'";
    }

    private static string? OfOpencode(string agent, string directory, string home, Dictionary<string, string> variables)
    {
        if (agent is "build" or "plan" or "general" or "explore")
            return null;
        string own = Path.Combine(variables.GetValueOrDefault("XDG_CONFIG_HOME") ?? Path.Combine(home, ".config"), "opencode");
        string[] folders =
        [
            .. Above(directory).Select(above => Path.Combine(above, ".opencode")), own, Path.Combine(home, ".opencode"),
            .. variables.TryGetValue("OPENCODE_CONFIG_DIR", out string? more) ? [more] : Array.Empty<string>(),
        ];
        string[] settings =
        [
            .. Above(directory).Concat(folders)
                .SelectMany(folder => SettingsOfOpencode.Select(name => Path.Combine(folder, name))),
            .. variables.TryGetValue("OPENCODE_CONFIG", out string? file) ? [file] : Array.Empty<string>(),
        ];
        IEnumerable<string> texts = settings.Select(Text).Append(variables.GetValueOrDefault("OPENCODE_CONFIG_CONTENT") ?? "");
        // A plugin may bring agents.
        string[] telling = [$"\"{agent}\"", "\"plugin\""];
        if (texts.Any(text => telling.Any(word => text.Contains(word, StringComparison.Ordinal))))
            return null;
        bool isThere = folders.SelectMany(folder => FoldersOfOpencode.Select(name => Path.Combine(folder, name)))
            .Any(folder => File.Exists(Path.Combine(folder, agent + ".md")));
        return isThere ? null
            : $"there is no .opencode/agents/{agent}.md in '{directory}' or above it, none in '{Path.Combine(own, "agents")}', and no "
                + $"agent of that name in an opencode.json";
    }

    private static string? OfCopilot(string agent, string directory, string home, Dictionary<string, string> variables)
    {
        string own = Path.Combine(variables.GetValueOrDefault("COPILOT_HOME") ?? Path.Combine(home, ".copilot"), "agents");
        return Folders(directory, ".github/agents").Concat(Folders(directory, ".claude/agents")).Append(own)
            .SelectMany(Definitions).Any(file => IsCalled(file, agent))
            ? null : $"there is no .github/agents/{agent}.agent.md in '{directory}' or above it, and none in '{own}'";
    }

    private static IEnumerable<string> Folders(string directory, string below) =>
        Above(directory).Select(folder => Path.Combine(folder, Path.Combine(below.Split('/'))));

    private static ImmutableArray<string> Above(string directory)
    {
        var folders = ImmutableArray.CreateBuilder<string>();
        for (string? folder = directory; folder is not null; folder = Path.GetDirectoryName(folder))
            folders.Add(folder);
        return folders.ToImmutable();
    }

    private static string[] Definitions(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetFiles(folder, "*.md", SearchOption.AllDirectories) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>By the file's name, or as it says at its beginning.</summary>
    private static bool IsCalled(string file, string agent)
    {
        string name = Path.GetFileNameWithoutExtension(file);
        if (name.EndsWith(".agent", StringComparison.OrdinalIgnoreCase))
            name = name[..^".agent".Length];
        return name.Equals(agent, StringComparison.OrdinalIgnoreCase)
            || Text(file).Split('\n').Take(40).Any(line => line.StartsWith("name:", StringComparison.Ordinal)
                && line["name:".Length..].Trim().Trim('"', '\'').Equals(agent, StringComparison.OrdinalIgnoreCase));
    }

    private static string Text(string file)
    {
        try
        {
            return File.Exists(file) && new FileInfo(file).Length <= LongestFile ? File.ReadAllText(file) : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
