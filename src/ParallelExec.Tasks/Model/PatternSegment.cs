namespace ParallelExec.Model;

/// <summary>A name in a pattern: a text, with <c>*</c> (any characters) and <c>?</c> (one of them), or <c>**</c> (any folders).</summary>
internal readonly record struct PatternSegment
{
    /// <summary>Whether names that differ by case are the same, as is usual on the system.</summary>
    public static readonly StringComparison Comparison =
        OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    private static readonly char[] Wildcards = ['*', '?'];

    private PatternSegment(string text, bool isWild) => (Text, IsWild, IsAnyFolders) = (text, isWild, isWild && text == "**");

    public string Text { get; }
    public bool IsWild { get; }
    public bool IsAnyFolders { get; }

    /// <summary>What MSBuild's default items leave out: <c>bin</c>, <c>obj</c>, and hidden folders.</summary>
    public bool IsLeftOut => IsLeftOutFolder(Text);

    public static PatternSegment Literal(string text) => new(text, isWild: false);

    // "*.*" is any file, as MSBuild has it: also one without a dot.
    public static PatternSegment Of(string text) => text == "*.*" ? new("*", isWild: true) : new(text, text.IndexOfAny(Wildcards) >= 0);

    public static bool IsLeftOutFolder(ReadOnlySpan<char> name) =>
        (name.Length > 1 && name[0] == '.') || name.Equals("bin", Comparison) || name.Equals("obj", Comparison);

    /// <summary>True where a name of the file system is one that it stands for; <c>**</c> stands for each.</summary>
    public bool Matches(ReadOnlySpan<char> name)
    {
        if (!IsWild)
            return name.Equals(Text, Comparison);
        // Goes back to the last star only: what an earlier one could take more of, the last one can take too.
        ReadOnlySpan<char> pattern = Text;
        int at = 0, star = -1, retry = 0;
        for (int i = 0; i < name.Length;)
        {
            if (at < pattern.Length && pattern[at] == '*')
                (star, retry) = (at++, i);
            else if (at < pattern.Length && (pattern[at] == '?' || Same(pattern[at], name[i])))
                (at, i) = (at + 1, i + 1);
            else if (star >= 0)
                (at, i) = (star + 1, ++retry);
            else
                return false;
        }
        return pattern[at..].Trim('*').IsEmpty;
    }

    /// <summary>True where some name matches both.</summary>
    public bool Intersects(PatternSegment other)
    {
        if (!IsWild || !other.IsWild)
            return IsWild ? Matches(other.Text) : other.Matches(Text);
        string a = Text, b = other.Text;
        if (a == b)
            return true;
        // The usual table of two texts, one row at a time.
        bool[] row = new bool[b.Length + 1], next = new bool[b.Length + 1];
        row[0] = true;
        for (int i = 0; i <= a.Length; i++)
        {
            Array.Clear(next);
            for (int j = 0; j <= b.Length; j++)
            {
                if (!row[j])
                    continue;
                bool starA = i < a.Length && a[i] == '*', starB = j < b.Length && b[j] == '*';
                if (starA)
                    next[j] = true;
                if (j < b.Length && (starA || starB))
                    row[j + 1] = true;
                if (i < a.Length && starB)
                    next[j] = true;
                if (i < a.Length && j < b.Length && (a[i] == '?' || b[j] == '?' || Same(a[i], b[j])))
                    next[j + 1] = true;
            }
            if (i == a.Length)
                return row[b.Length];
            (row, next) = (next, row);
        }
        return false;
    }

    /// <summary>
    /// True where every name that matches the other matches this: wildcards of the other are taken as characters that only a star takes.
    /// </summary>
    public bool Covers(PatternSegment other) =>
        IsAnyFolders || (!other.IsAnyFolders && (other.IsWild ? IsWild && CoversText(other.Text) : Matches(other.Text)));

    private bool CoversText(string other) => !Text.Contains('?', StringComparison.Ordinal) ? Matches(other) : Text == other;

    private static bool Same(char a, char b) =>
        a == b || (Comparison == StringComparison.OrdinalIgnoreCase && char.ToUpperInvariant(a) == char.ToUpperInvariant(b));
}
