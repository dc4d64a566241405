using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>
/// How a known coding agent's command line is started: without questions, prompt on its input, machine-readable lines on its output.
/// </summary>
/// <param name="Name">What <c>Runner</c> says.</param>
/// <param name="Arguments">With the placeholders <c>{dir}</c> and <c>{id}</c>.</param>
/// <param name="AgentArguments">Added where the subtask names an agent, <c>{agent}</c>; empty where the command line knows no
/// agents.</param>
/// <param name="Environment">Set where the user has not set it.</param>
/// <param name="Install">What to type where the program is missing.</param>
internal sealed record AgentPreset(
    string Name,
    ImmutableArray<string> Arguments,
    ImmutableArray<string> AgentArguments,
    ImmutableArray<KeyValuePair<string, string>> Environment,
    string Install)
{
    public static readonly ImmutableArray<AgentPreset> All =
    [
        new("claude", ["-p", "--output-format", "stream-json", "--verbose", "--permission-mode", "acceptEdits"], ["--agent", "{agent}"], [],
            "npm install -g @anthropic-ai/claude-code"),
        // First runs on one database race in its migration; a run needs none.
        new("opencode", ["run", "--format", "json", "--title", "{id}", "--dir", "{dir}"], ["--agent", "{agent}"],
            [new("OPENCODE_DB", ":memory:"), new("OPENCODE_DISABLE_AUTOUPDATE", "1")], "npm install -g opencode-ai"),
        new("codex", ["exec", "--json", "--skip-git-repo-check", "--ephemeral", "-C", "{dir}", "-"], [], [],
            "npm install -g @openai/codex"),
        new("copilot", ["--allow-all", "--no-ask-user", "--no-auto-update", "--output-format", "json", "-C", "{dir}"],
            ["--agent", "{agent}"], [], "npm install -g @github/copilot"),
        new("gemini", ["--approval-mode", "yolo", "--skip-trust", "-o", "stream-json"], [], [], "npm install -g @google/gemini-cli"),
        new("qwen", ["--approval-mode", "yolo", "-o", "stream-json"], [], [], "npm install -g @qwen-code/qwen-code"),
    ];

    /// <summary>All arguments, with their placeholders: of the preset, then the user's.</summary>
    public static ImmutableArray<string> ArgumentsFor(AgentCommand command)
    {
        if (command.Preset is null)
            return command.Arguments;
        AgentPreset preset = Find(command.Preset)!;
        // Who gives the flag himself maps the name to another one.
        bool namesAgent = command.AgentName.Length > 0 && !preset.AgentArguments.IsEmpty
            && !command.Arguments.Contains(preset.AgentArguments[0]);
        return [.. preset.Arguments, .. namesAgent ? preset.AgentArguments : [], .. command.Arguments];
    }

    public static AgentPreset? Find(string name) =>
        All.FirstOrDefault(preset => preset.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
