using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>An absolute path in which <c>*</c>, <c>?</c> and <c>**</c> (any folders) are wildcards; segments are separated by <c>/</c>.</summary>
internal sealed class PathPattern
{
    private static readonly StringComparison Comparison =
        OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    private static readonly char[] Wildcards = ['*', '?'];

    public PathPattern(string declared, string baseDirectory)
    {
        Declared = declared;
        Absolute = Path.GetFullPath(declared.Replace('\\', '/'), baseDirectory).Replace('\\', '/').TrimEnd('/');
        Segments = [.. Absolute.Split('/')];
        IsGlob = declared.IndexOfAny(Wildcards) >= 0;
    }

    /// <summary>As the author wrote it.</summary>
    public string Declared { get; }
    public string Absolute { get; }
    public ImmutableArray<string> Segments { get; }
    public bool IsGlob { get; }

    /// <summary>The folder below which everything that matches lies, and the pattern from there.</summary>
    public (string Folder, string Pattern) SplitGlob()
    {
        int first = 0;
        while (first < Segments.Length - 1 && Segments[first].IndexOfAny(Wildcards) < 0)
            first++;
        string folder = string.Join('/', Segments[..first]);
        return (folder.Length == 0 ? "/" : folder, string.Join('/', Segments[first..]));
    }

    /// <summary>True where one path can match both, or can lie below what the other matches.</summary>
    public bool Overlaps(PathPattern other) =>
        Intersects(Segments.AsSpan(), other.Segments.AsSpan());

    // Segment by segment. When one side ends first, the other lies below it: that counts as an overlap.
    private static bool Intersects(ReadOnlySpan<string> a, ReadOnlySpan<string> b)
    {
        while (true)
        {
            if (a.IsEmpty || b.IsEmpty)
                return true;
            if (a[0] == "**")
                return IntersectsAnyDepth(a[1..], b);
            if (b[0] == "**")
                return IntersectsAnyDepth(b[1..], a);
            if (!SegmentsIntersect(a[0], b[0]))
                return false;
            a = a[1..];
            b = b[1..];
        }
    }

    private static bool IntersectsAnyDepth(ReadOnlySpan<string> afterStars, ReadOnlySpan<string> other)
    {
        if (afterStars.IsEmpty)
            return true;
        for (int skipped = 0; skipped <= other.Length; skipped++)
        {
            // All of the other side lies within "**": what follows can only match below it, and a file has nothing below.
            if (skipped > 0 && skipped == other.Length)
                return !Path.HasExtension(other[^1]);
            // "**" alone on the other side can stand for whatever follows here.
            if (skipped < other.Length && other[skipped] == "**")
                return true;
            if (Intersects(afterStars, other[skipped..]))
                return true;
        }
        return false;
    }

    /// <summary>True where some name matches both; the usual two-string table, for wildcards on both sides.</summary>
    private static bool SegmentsIntersect(string a, string b)
    {
        if (a.IndexOfAny(Wildcards) < 0 && b.IndexOfAny(Wildcards) < 0)
            return a.Equals(b, Comparison);
        var reachable = new bool[a.Length + 1, b.Length + 1];
        reachable[0, 0] = true;
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (!reachable[i, j])
                    continue;
                if (i < a.Length && a[i] == '*')
                {
                    reachable[i + 1, j] = true;
                    if (j < b.Length)
                        reachable[i, j + 1] = true;
                }
                if (j < b.Length && b[j] == '*')
                {
                    reachable[i, j + 1] = true;
                    if (i < a.Length)
                        reachable[i + 1, j] = true;
                }
                if (i < a.Length && j < b.Length && (a[i] == '?' || b[j] == '?' || a.AsSpan(i, 1).Equals(b.AsSpan(j, 1), Comparison)))
                    reachable[i + 1, j + 1] = true;
            }
        }
        return reachable[a.Length, b.Length];
    }
}
