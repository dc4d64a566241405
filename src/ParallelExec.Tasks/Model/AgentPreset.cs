using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>
/// How a known coding agent's command line is started: without questions, prompt on its input, machine-readable lines on its output.
/// </summary>
/// <param name="Name">What <c>Runner</c> says.</param>
/// <param name="Arguments">With the placeholders <c>{dir}</c>, <c>{id}</c> and <c>{handover}</c>, as all that follow.</param>
/// <param name="Install">What to type where the program is missing.</param>
internal sealed partial record AgentPreset(string Name, ImmutableArray<string> Arguments, string Install)
{
    /// <summary>Added where the subtask names an agent, <c>{agent}</c>; empty where the command line knows no agents.</summary>
    public ImmutableArray<string> AgentArguments { get; init; } = [];

    /// <summary>With <see cref="AgentPermissions.Edit"/>.</summary>
    public ImmutableArray<string> Edit { get; init; } = [];

    /// <summary>With <see cref="AgentPermissions.EditAndRun"/>.</summary>
    public ImmutableArray<string> EditAndRun { get; init; } = [];

    /// <summary>With <see cref="AgentPermissions.All"/>.</summary>
    public ImmutableArray<string> AllowAll { get; init; } = [];

    /// <summary>Variables that say the same, for each of the three.</summary>
    public Func<AgentPermissions, ImmutableArray<KeyValuePair<string, string>>> PermissionEnvironment { get; init; } = _ => [];

    /// <summary>Set where the user has not set it.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Only where its session is not going to be continued: it keeps nothing of it.</summary>
    public ImmutableArray<string> ForgetArguments { get; init; } = [];

    /// <summary>The same, by variables.</summary>
    public ImmutableArray<KeyValuePair<string, string>> ForgetEnvironment { get; init; } = [];

    /// <summary>Continues <c>{session}</c>; empty where the command line can not.</summary>
    public ImmutableArray<string> ContinueArguments { get; init; } = [];

    /// <summary>What stands behind all of ours.</summary>
    public ImmutableArray<string> LastArguments { get; init; } = [];

    /// <summary>A file of settings of the lowest rank: the variable that names it, and what stands in it.</summary>
    public (string Variable, string Json)? Settings { get; init; }

    /// <summary>All arguments, with their placeholders: of the preset, then the user's.</summary>
    /// <param name="keepsSession">It may be continued later.</param>
    /// <param name="continues">It is continued now.</param>
    public static ImmutableArray<string> ArgumentsFor(AgentCommand command, bool keepsSession = false, bool continues = false)
    {
        if (command.Preset is null)
            return command.Arguments;
        AgentPreset preset = Find(command.Preset)!;
        // Who gives the flag himself maps the name to another one.
        bool namesAgent = command.AgentName.Length > 0 && !preset.AgentArguments.IsEmpty
            && !command.Arguments.Contains(preset.AgentArguments[0]);
        return
        [
            .. preset.Arguments,
            .. keepsSession || continues ? [] : preset.ForgetArguments,
            .. command.Permissions switch
            {
                AgentPermissions.Edit => preset.Edit,
                AgentPermissions.EditAndRun => preset.EditAndRun,
                _ => preset.AllowAll,
            },
            .. namesAgent ? preset.AgentArguments : [],
            .. continues ? preset.ContinueArguments : [],
            .. preset.LastArguments,
            .. command.Arguments,
        ];
    }

    /// <summary>All variables, with their placeholders, for who has not set them himself.</summary>
    public static ImmutableArray<KeyValuePair<string, string>> EnvironmentFor(
        AgentCommand command, bool keepsSession = false, bool continues = false)
    {
        if (command.Preset is null)
            return [];
        AgentPreset preset = Find(command.Preset)!;
        return
        [
            .. preset.Environment,
            .. keepsSession || continues ? [] : preset.ForgetEnvironment,
            .. preset.PermissionEnvironment(command.Permissions),
        ];
    }

    public static AgentPreset? Find(string name) =>
        All.FirstOrDefault(preset => preset.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
