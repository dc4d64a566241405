namespace ParallelExec.Model;

/// <summary>Whether two declarations can stand for the same place.</summary>
internal static class PatternOverlap
{
    /// <summary>True where one file can match both, or can lie in a folder that is one of them.</summary>
    public static bool Between(PathPattern a, PathPattern b)
    {
        bool intersect = a.IsGlob || b.IsGlob ? Intersect(a, b) : Below(a.Absolute, b.Absolute) || Below(b.Absolute, a.Absolute);
        return intersect && !IsTakenBack(a, b) && !IsTakenBack(b, a);
    }

    private static bool IsTakenBack(PathPattern from, PathPattern other)
    {
        foreach (PathPattern excluded in from.Except)
        {
            if (excluded.Covers(other))
                return true;
        }
        return false;
    }

    private static bool Below(string path, string folder) =>
        path.StartsWith(folder, PatternSegment.Comparison)
        && (path.Length == folder.Length || folder[^1] == '/' || path[folder.Length] == '/');

    // Pairs of places, each looked at once: with "**" on both sides there are many ways to the same pair.
    private static bool Intersect(PathPattern a, PathPattern b)
    {
        int common = 0;
        while (common < a.Segments.Length && common < b.Segments.Length && !a.Segments[common].IsWild && !b.Segments[common].IsWild)
        {
            if (!a.Segments[common].Matches(b.Segments[common].Text))
                return false;
            common++;
        }
        if (a.IsGlob && b.IsGlob && !a.HasAnyFolders && !b.HasAnyFolders)
            return IntersectEach(a, b, common);
        int width = b.Segments.Length + 1;
        var seen = new HashSet<int>();
        var open = new Stack<(int A, int B)>([(common, common)]);
        while (open.TryPop(out (int A, int B) at))
        {
            if (!seen.Add((at.A * width) + at.B))
                continue;
            bool endA = at.A == a.Segments.Length, endB = at.B == b.Segments.Length;
            // The other lies below what has ended: a folder has something in it, a file that matches a pattern has not.
            if (endA || endB)
            {
                if (endA ? endB || !a.IsGlob : !b.IsGlob)
                    return true;
                continue;
            }
            if (Meets(a, at.A, b, at.B, open, swapped: false) || Meets(b, at.B, a, at.A, open, swapped: true))
                return true;
            if (!a.Segments[at.A].IsAnyFolders && !b.Segments[at.B].IsAnyFolders
                && a.Segments[at.A].Intersects(b.Segments[at.B]) && CanEnter(a, at.A, b, at.B) && CanEnter(b, at.B, a, at.A))
                open.Push((at.A + 1, at.B + 1));
        }
        return false;
    }

    // Files of both lie equally deep. From the end, because names there differ more often.
    private static bool IntersectEach(PathPattern a, PathPattern b, int common)
    {
        if (a.Segments.Length != b.Segments.Length)
            return false;
        for (int at = a.Segments.Length - 1; at >= common; at--)
        {
            if (!a.Segments[at].Intersects(b.Segments[at]) || !CanEnter(a, at, b, at) || !CanEnter(b, at, a, at))
                return false;
        }
        return true;
    }

    /// <summary>Where the one stands at <c>**</c>: it goes on without a folder, or takes one of the other.</summary>
    private static bool Meets(PathPattern stars, int at, PathPattern other, int otherAt, Stack<(int A, int B)> open, bool swapped)
    {
        if (!stars.Segments[at].IsAnyFolders)
            return false;
        Push(at + 1, otherAt);
        PatternSegment taken = other.Segments[otherAt];
        bool isLast = otherAt == other.Segments.Length - 1;
        if (isLast && at == stars.Segments.Length - 1)
            return true;
        if (!CanEnter(stars, at, other, otherAt))
            return false;
        if (!isLast || taken.IsAnyFolders)
            Push(at, otherAt + 1);
        // All of the other is taken: what follows "**" can match only below it, and a file has nothing below.
        else if (!other.IsGlob)
            return !Path.HasExtension(taken.Text);
        return false;

        void Push(int place, int otherPlace) => open.Push(swapped ? (otherPlace, place) : (place, otherPlace));
    }

    /// <summary>Whether the wildcard at a place stands for a folder that the other spells; files of such names are not left out.</summary>
    private static bool CanEnter(PathPattern pattern, int at, PathPattern other, int otherAt) =>
        !pattern.Segments[at].IsWild || at >= pattern.FreeFrom || other.Segments[otherAt].IsWild || !other.Segments[otherAt].IsLeftOut
            || (otherAt == other.Segments.Length - 1 && at == pattern.Segments.Length - 1) || pattern.Segments[at].Text[0] == '.';
}
