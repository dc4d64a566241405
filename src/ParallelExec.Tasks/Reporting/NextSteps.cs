using ParallelExec.Model;

namespace ParallelExec.Reporting;

/// <summary>
/// What to type after a run that is not done, exactly as it is to be typed: the end of a run and <c>ShowParallelTasks</c> say the same.
/// </summary>
internal sealed class NextSteps(RunOptions options)
{
    private const int LongestReason = 200;

    /// <summary>More than so many are not told one by one.</summary>
    private const int MostNamed = 5;

    /// <summary>A command of a build is mended in its own way; what agents and people do has ways of ours to go on.</summary>
    public static bool AreFor(Subtask subtask) => subtask is { Work: AgentWork } or { TaskFile: not null };

    /// <summary>A line each, empty where there is nothing to say.</summary>
    public IEnumerable<string> Lines(IReadOnlyList<Open> open)
    {
        Open[] failed = [.. open.Where(each => !each.Asks && AreFor(each.Subtask))], asking = [.. open.Where(each => each.Asks)];
        if (failed.Length + asking.Length == 0)
            yield break;
        yield return "What next:";
        foreach (Open each in asking)
        {
            yield return $"  {each.Subtask.Id} {Short(each.Reason)}";
            yield return $"    answer it:     {Answer(each.Subtask.Id)}";
        }
        foreach (Open each in failed.Take(MostNamed))
        {
            string id = each.Subtask.Id;
            yield return $"  {id}{(each.Reason.Length > 0 ? $": {Short(each.Reason)}" : "")}";
            if (each.LogFile.Length > 0)
                yield return $"    its output:    {each.LogFile}";
            yield return $"    it is done:    {(each.Subtask.TaskFile is null ? Command("RunParallelTasks", $"-p:ParallelExecSkip={id}")
                : Command("CompleteParallelTask", Only(id), "-p:ParallelExecSummary=what was done"))}";
            if (each.Subtask.TaskFile is not null)
                yield return $"    begin anew:    {Command("ResetParallelTask", Only(id))}";
        }
        if (failed.Length > MostNamed)
            yield return $"  and {failed.Length - MostNamed} more: {Command("ShowParallelTasks")}";
        if (failed.Length > 0 || asking.Length > 0)
            yield return $"  go on, without what has succeeded: {Command("RunParallelTasks", "-p:ParallelExecResume=true")}";
    }

    private static string Short(string reason) => Wording.Shorten(reason.ReplaceLineEndings(" "), LongestReason);

    public string Answer(string id) => Command("AnswerParallelTask", Only(id), "-p:ParallelExecSummary=the answer");

    private static string Only(string id) => $"-p:ParallelExecOnly={id}";

    private string Command(string target, params IEnumerable<string> further) => string.Join(' ',
        ["dotnet build", Quoted(options.ProjectFile), $"-t:{target}", .. further.Select(Quoted), .. options.CommandProperties
            .Select(property => Quoted($"-p:{property.Key}={Escaped(property.Value)}"))]);

    /// <summary>What separates properties and lists on the engine's command line.</summary>
    private static string Escaped(string value) => value.Replace("%", "%25", StringComparison.Ordinal)
        .Replace(";", "%3B", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);

    private static string Quoted(string argument)
    {
        if (argument.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '=' or '\\' or '%' or '+' or '@'))
            return argument;
        return OperatingSystem.IsWindows() ? $"\"{argument.Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : argument.AsSpan().IndexOfAny("$`\"\\") >= 0
                ? $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'" : $"\"{argument}\"";
    }
}

/// <summary>A subtask that is not done, and will not go on by itself.</summary>
/// <param name="Asks">It waits for an answer; otherwise it has failed.</param>
/// <param name="LogFile">Absolute; empty where there is none.</param>
internal sealed record Open(Subtask Subtask, bool Asks, string Reason, string LogFile);
