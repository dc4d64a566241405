namespace ParallelExec.Agents;

/// <summary>Words of a text for people that look like the path of a file.</summary>
internal static class NamedPaths
{
    private const int Longest = 300;

    /// <summary>With <c>/</c> between names. Whether they are there is not looked at.</summary>
    public static IEnumerable<string> In(string text)
    {
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && (char.IsLetterOrDigit(text[i]) || "_-./\\@+~".Contains(text[i], StringComparison.Ordinal)))
                continue;
            if (i - start is > 2 and <= Longest && Path(text[start..i]) is { } path)
                yield return path;
            start = i + 1;
        }
    }

    // "@" stands before a file in prompts, a full stop behind it. Two slashes are an address, or another machine.
    private static string? Path(string word)
    {
        string path = word.Replace('\\', '/').TrimStart('@').TrimEnd('.', '/', '-');
        if (path.StartsWith("./", StringComparison.Ordinal))
            path = path[2..];
        bool hasPlace = path.AsSpan().ContainsAny('/', '.');
        // "Makefile" is a name, "make" a word.
        bool isName = path.Length > 3 && char.IsUpper(path[0]);
        return path.Length > 2 && (hasPlace || isName) && !path.Contains("//", StringComparison.Ordinal) ? path : null;
    }
}
