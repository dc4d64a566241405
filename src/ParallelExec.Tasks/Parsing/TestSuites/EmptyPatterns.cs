using ParallelExec.Model;

namespace ParallelExec.Parsing.TestSuites;

/// <summary>Patterns that match no file: MSBuild makes no item of them, and says nothing.</summary>
internal sealed class EmptyPatterns(ProjectFiles files, RunOptions options, List<Diagnostic> diagnostics)
{
    public void Check(string itemType, IReadOnlyCollection<Declaration> items)
    {
        foreach (RawPattern pattern in files.Patterns)
        {
            if (!pattern.Origin.ItemType.Equals(itemType, StringComparison.OrdinalIgnoreCase))
                continue;
            Declaration[] own = [.. items.Where(item => item.Origin.File == pattern.Origin.File)];
            IEnumerable<string> empty = pattern.Include.AsSpan().IndexOfAny("$@%") >= 0
                // What an expression comes to is not known here.
                ? (own.Length > 0 ? [] : [pattern.Include])
                : Values.List(pattern.Include).Where(part => part.AsSpan().IndexOfAny("*?") >= 0 && !own.Any(item => IsMatch(part, item)));
            foreach (string part in empty)
            {
                diagnostics.Add(Diagnostic.Error(
                    Codes.TestProject,
                    $"{itemType} Include=\"{part}\" matches no file in '{options.ProjectDirectory}'. "
                        + "Correct the path; where there may be none, give the item a Condition.",
                    pattern.Origin));
            }
        }
    }

    // MSBuild's own wildcards enter every folder.
    private bool IsMatch(string part, Declaration item)
    {
        PatternPlaces places = PatternPlaces.Beginning(new PathPattern(part, options.ProjectDirectory));
        PatternSegment[] names = PathPattern.Names(Path.GetFullPath(Values.NativePath(item.Id), options.ProjectDirectory));
        for (int i = 0; i < names.Length - 1; i++)
            places = places.Enter(names[i].Text, everywhere: true);
        return places.Accepts(names[^1].Text);
    }
}
