using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace ParallelExec.Parsing;

/// <summary>
/// The targets that somebody asked for, as the command line says it. <c>dotnet build</c> restores in an evaluation of its own, before the
/// build, which the engine does not tell them; where they can not be read off (a response file, a build server), none were asked for.
/// </summary>
internal static partial class AskedTargets
{
    /// <summary>They build nothing, so nothing has to be restored for them.</summary>
    private static readonly ImmutableHashSet<string> BuildNothing = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "PlanParallelTasks", "ValidateParallelTasks", "ShowParallelTasks", "ShowParallelTaskDependencies",
        "CompleteParallelTask", "AnswerParallelTask", "BlockParallelTask", "ResetParallelTask", "ArchiveParallelTasks",
        "CleanParallelTasks");

    public static ImmutableArray<string> Of(string commandLine) =>
        [.. Switch().Matches(commandLine)
            .SelectMany(match =>
                match.Groups[1].Value.Split(Separators, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    public static bool BuildSomething(ImmutableArray<string> targets) => targets.IsEmpty || !targets.All(BuildNothing.Contains);

    private static readonly char[] Separators = [';', ',', '"', '\''];

    [GeneratedRegex("""(?:^|\s)["']?(?:--?|/)t(?:arget)?[:=]("[^"]*"|\S*)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Switch();
}
