namespace ParallelExec.Model;

/// <summary>Where a walk stands that has come from the root to a folder: the places in a pattern that may come next.</summary>
internal readonly struct PatternPlaces
{
    private readonly PathPattern pattern;

    // Ascending; behind "**" stands also the place after it.
    private readonly int[] places;

    private PatternPlaces(PathPattern pattern, int[] places) => (this.pattern, this.places) = (pattern, places);

    /// <summary>Nothing below can match.</summary>
    public bool IsNowhere => places.Length == 0;

    /// <summary>The folder itself matches; after <c>**</c> also everything below it.</summary>
    public bool IsAtEnd => places.Length > 0 && places[^1] == pattern.Segments.Length;

    public static PatternPlaces Beginning(PathPattern pattern) => new(pattern, [0]);

    /// <summary>Goes on into a folder.</summary>
    /// <param name="everywhere">Wildcards enter what is left out otherwise.</param>
    public PatternPlaces Enter(ReadOnlySpan<char> folder, bool everywhere)
    {
        bool leftOut = !everywhere && PatternSegment.IsLeftOutFolder(folder);
        var next = new List<int>(places.Length + 1);
        foreach (int place in places)
        {
            if (place == pattern.Segments.Length)
                continue;
            PatternSegment segment = pattern.Segments[place];
            // As in a shell, a pattern that begins with a dot means hidden ones.
            if (segment.IsWild && leftOut && place < pattern.FreeFrom && segment.Text[0] != '.')
                continue;
            if (segment.IsAnyFolders)
                Add(next, place);
            else if (segment.Matches(folder))
                Add(next, place + 1);
        }
        return new PatternPlaces(pattern, [.. next]);
    }

    /// <summary>Goes on over a segment of another pattern: of all that it can stand for.</summary>
    public PatternPlaces Enter(PatternSegment other)
    {
        var next = new List<int>(places.Length + 1);
        foreach (int place in places)
        {
            if (place == pattern.Segments.Length)
                continue;
            if (pattern.Segments[place].IsAnyFolders)
                Add(next, place);
            else if (pattern.Segments[place].Covers(other))
                Add(next, place + 1);
        }
        return new PatternPlaces(pattern, [.. next]);
    }

    /// <summary>Whether a file in this folder matches.</summary>
    public bool Accepts(ReadOnlySpan<char> file)
    {
        int last = pattern.Segments.Length - 1;
        foreach (int place in places)
        {
            if (place == last && pattern.Segments[place].Matches(file))
                return true;
        }
        return false;
    }

    private void Add(List<int> next, int place)
    {
        if (next.Count == 0 || next[^1] < place)
            next.Add(place);
        if (place < pattern.Segments.Length && pattern.Segments[place].IsAnyFolders && next[^1] <= place)
            next.Add(place + 1);
    }
}
