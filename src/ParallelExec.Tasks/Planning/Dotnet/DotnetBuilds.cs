using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Planning.Dotnet;

/// <summary>What a subtask builds with .NET: by commands of its own, or by the engine of this run.</summary>
internal static class DotnetBuilds
{
    /// <summary>What others are called, and what they do, only their author knows.</summary>
    private static readonly IReadOnlySet<string> BuildingTargets =
        Names.Set("Build", "Rebuild", "Publish", "Pack", "VSTest", "Test", "Run", "Restore", "Clean");

    private static readonly IReadOnlySet<string> Shells = Names.Set("sh", "bash", "dash", "zsh", "ksh", "pwsh", "powershell", "cmd");

    /// <summary>After it comes a shell's text.</summary>
    private static readonly IReadOnlySet<string> TextFollows = Names.Set("-c", "-lc", "-ec", "-ce", "-Command", "/c");

    public static bool IsBuilding(string target) => BuildingTargets.Contains(target);

    /// <summary>A quick look, before anything is read.</summary>
    public static bool MayHave(Subtask subtask) => ByEngine(subtask.Work) || ByCommand(subtask);

    /// <inheritdoc cref="MayHave"/>
    public static bool ByCommand(Subtask subtask) => subtask.Work switch
    {
        CommandWork command => Mentions(command.CommandLine),
        ToolWork tool => IsDotnet(tool.Tool) || (IsShell(tool.Tool) && tool.Arguments.Any(Mentions)),
        _ => false,
    } || (subtask.Verify is { } verify && Mentions(verify.CommandLine));

    public static IEnumerable<BuildOrder> Of(Subtask subtask, RunOptions options, Platform platform)
    {
        IEnumerable<BuildOrder> work = subtask.Work switch
        {
            CommandWork command => In(command, subtask, options, platform),
            ToolWork tool => Called(new ShellCommand(tool.Tool, tool.Arguments, [], subtask.WorkingDirectory), platform)
                .SelectMany(each => Orders(each, subtask, options)),
            ProjectWork project when ByEngine(project) => [new BuildOrder(
                project.ProjectFile,
                project.Properties.Where(property => !IsFramework(property.Key))
                    .ToImmutableSortedDictionary(property => property.Key, property => property.Value, StringComparer.OrdinalIgnoreCase),
                project.Properties.FirstOrDefault(property => IsFramework(property.Key)).Value ?? "",
                Builds: project.Targets is not [var only] || !only.Equals("Restore", StringComparison.OrdinalIgnoreCase),
                Restores: project.Targets.Contains("Restore", StringComparer.OrdinalIgnoreCase),
                WithReferences: true,
                Command: "")],
            _ => [],
        };
        return subtask.Verify is { } verify ? work.Concat(In(verify, subtask, options, platform)) : work;
    }

    private static IEnumerable<BuildOrder> In(CommandWork command, Subtask subtask, RunOptions options, Platform platform) =>
        !Mentions(command.CommandLine) ? []
            : ShellCommands.In(command.CommandLine, subtask.WorkingDirectory, platform.IsWindows)
                .SelectMany(each => Called(each, platform)).SelectMany(each => Orders(each, subtask, options));

    /// <summary>Itself where it is <c>dotnet</c>; of <c>bash -c "..."</c> what stands in its text.</summary>
    private static IEnumerable<ShellCommand> Called(ShellCommand command, Platform platform)
    {
        if (IsDotnet(command.Program))
            return [command];
        int text = !IsShell(command.Program) ? -1 : command.Arguments.ToList().FindIndex(argument => TextFollows.Contains(argument)) + 1;
        return text <= 0 || text >= command.Arguments.Length ? []
            : ShellCommands.In(command.Arguments[text], command.Folder, platform.IsWindows).Where(each => IsDotnet(each.Program));
    }

    // A process of its own hears nothing of the -p: of this build, which the reader would put in.
    private static IEnumerable<BuildOrder> Orders(ShellCommand command, Subtask subtask, RunOptions options)
    {
        foreach (BuildOrder order in DotnetArguments.Orders(command, subtask.Environment))
        {
            ImmutableSortedDictionary<string, string> properties = order.Properties;
            foreach ((string name, _) in options.GlobalProperties.Where(property => !properties.ContainsKey(property.Key)))
                properties = properties.Add(name, name.Equals("Configuration", StringComparison.OrdinalIgnoreCase) ? "Debug" : "");
            yield return order with { Properties = properties };
        }
    }

    private static bool ByEngine(Work work) =>
        work is ProjectWork project && (project.Targets.IsEmpty ? !project.IsDeclaringProject : project.Targets.Any(IsBuilding));

    private static bool Mentions(string text) => text.Contains("dotnet", StringComparison.OrdinalIgnoreCase);

    private static bool IsFramework(string property) => property.Equals("TargetFramework", StringComparison.OrdinalIgnoreCase);

    private static bool IsDotnet(string program) => NameOf(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);

    private static bool IsShell(string program) => Shells.Contains(NameOf(program));

    // Paths of both systems, on each.
    private static string NameOf(string program)
    {
        string name = program[(program.LastIndexOfAny(['/', '\\']) + 1)..];
        return name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name;
    }
}
