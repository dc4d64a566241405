using System.Text.RegularExpressions;

namespace ParallelExec.Agents;

/// <summary>
/// <c>{agent}</c>, <c>{dir}</c>, <c>{id}</c>, <c>{prompt-file}</c> in arguments. What is put in is not looked at again: an agent may be
/// called <c>{dir}</c>.
/// </summary>
internal static partial class Placeholders
{
    public static string Fill(string argument, IReadOnlyDictionary<string, string> values) =>
        Form().Replace(argument, found => values.GetValueOrDefault(found.Groups[1].Value, found.Value));

    [GeneratedRegex(@"\{([a-z-]+)\}")]
    private static partial Regex Form();
}
