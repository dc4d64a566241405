using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>
/// A declared path: a file, a folder with all that is in it, or a pattern that stands for files. In a pattern <c>*</c>, <c>?</c> and
/// <c>**</c> (any folders) are wildcards. They do not enter <c>bin</c>, <c>obj</c> and hidden folders, unless the pattern spells such a
/// folder before: <c>bin/**</c>.
/// </summary>
internal sealed class PathPattern
{
    private static readonly char[] Wildcards = ['*', '?'];

    private readonly string baseDirectory;

    /// <summary>How many segments at the beginning have no wildcard.</summary>
    private readonly int literals;
    private readonly string suffix;

    public PathPattern(string declared, string baseDirectory)
        : this(declared, baseDirectory, [])
    {
    }

    private PathPattern(string declared, string baseDirectory, ImmutableArray<PathPattern> except)
    {
        (Declared, this.baseDirectory, Except) = (declared, baseDirectory, except);
        string full = Slashed(Path.GetFullPath(declared.Replace('\\', '/'), baseDirectory)).TrimEnd('/');
        Absolute = IsRoot(full) ? full + '/' : full;

        // A wildcard in the name of the base is none, and a hidden folder there says nothing.
        string[] names = full.Split('/');
        int common = declared.IndexOfAny(Wildcards) < 0 ? names.Length
            : names.AsSpan().CommonPrefixLength(Slashed(Path.GetFullPath(baseDirectory)).TrimEnd('/').Split('/'));
        var segments = ImmutableArray.CreateBuilder<PatternSegment>(names.Length);
        int free = int.MaxValue;
        foreach (string name in names)
        {
            PatternSegment segment = segments.Count < common ? PatternSegment.Literal(name) : PatternSegment.Of(name);
            if (segment.IsAnyFolders && segments[^1].IsAnyFolders)
                continue;
            if (segments.Count >= common && !segment.IsWild && segment.IsLeftOut)
                free = Math.Min(free, segments.Count);
            segments.Add(segment);
            HasAnyFolders |= segment.IsAnyFolders;
        }
        Segments = segments.ToImmutable();
        FreeFrom = free;
        while (literals < Segments.Length && !Segments[literals].IsWild)
            literals++;
        IsGlob = literals < Segments.Length;
        // A path can be a folder, which says nothing about the ends of what is in it.
        suffix = IsGlob ? Absolute[(Absolute.LastIndexOfAny(Wildcards) + 1)..] : "";
    }

    /// <summary>As the author wrote it.</summary>
    public string Declared { get; }

    /// <summary>With <c>/</c> between names, none at the end.</summary>
    public string Absolute { get; }

    /// <summary>Names and wildcards from the root on, which is an empty one.</summary>
    public ImmutableArray<PatternSegment> Segments { get; }
    public bool IsGlob { get; }

    /// <summary>It has a <c>**</c>.</summary>
    public bool HasAnyFolders { get; }

    /// <summary>Patterns of the same list that were written with <c>!</c>: what matches them, or lies below, is not meant.</summary>
    public ImmutableArray<PathPattern> Except { get; }

    /// <summary>From this segment on wildcards enter every folder, because it or one before it spells what is left out otherwise.</summary>
    public int FreeFrom { get; }

    /// <summary>The path itself, in the form of the system.</summary>
    public string FullPath => Native(Absolute);

    /// <summary>The folder below which everything that a pattern matches lies, in the form of the system.</summary>
    public string Folder
    {
        get
        {
            string path = string.Join('/', Segments[..Math.Min(literals, Segments.Length - 1)].Select(segment => segment.Text));
            return Native(IsRoot(path) ? path + '/' : path);
        }
    }

    /// <summary>A declared list; what is written with <c>!</c> is taken from all that is written without.</summary>
    public static ImmutableArray<PathPattern> List(IEnumerable<string> declared, string baseDirectory)
    {
        ILookup<bool, string> byExclusion = declared.ToLookup(text => text.Length > 1 && text[0] == '!');
        ImmutableArray<PathPattern> except = [.. byExclusion[true].Select(text => new PathPattern(text[1..].TrimStart(), baseDirectory))];
        return [.. byExclusion[false].Select(text => new PathPattern(text, baseDirectory, except))
            .Where(pattern => pattern.IsGlob || !except.Any(excluded => excluded.Covers(pattern)))];
    }

    /// <summary>
    /// The same declaration in another checkout: what lies below the one folder then lies below the other, also where its path is absolute.
    /// </summary>
    public PathPattern In(string otherBase)
    {
        string above = Slashed(Path.GetFullPath(baseDirectory)).TrimEnd('/') + '/';
        string declared = Path.IsPathRooted(Declared) && Absolute.StartsWith(above, PatternSegment.Comparison)
            ? Slashed(otherBase).TrimEnd('/') + '/' + Absolute[above.Length..]
            : Declared;
        return new PathPattern(declared, otherBase, [.. Except.Select(excluded => excluded.In(otherBase))]);
    }

    /// <summary>Whether a file, which need not be there, is one that the declaration stands for.</summary>
    /// <param name="file">Absolute.</param>
    public bool Includes(string file)
    {
        PatternSegment[] names = Names(file);
        if (Except.Any(excluded => excluded.Covers(names)))
            return false;
        if (!IsGlob)
            return Covers(names);
        PatternPlaces places = PatternPlaces.Beginning(this);
        for (int i = 0; i < names.Length - 1; i++)
            places = places.Enter(names[i].Text, everywhere: false);
        return places.Accepts(names[^1].Text);
    }

    /// <summary>True where all that the other stands for matches this, or lies below what does. Of two patterns it can be missed.</summary>
    public bool Covers(PathPattern other) => Covers(other.Segments.AsSpan());

    /// <summary>
    /// False where the ends without wildcards differ, so that no file matches both: a quick look before <see cref="Overlaps"/>.
    /// </summary>
    public bool MayOverlap(PathPattern other)
    {
        int length = Math.Min(suffix.Length, other.suffix.Length);
        return suffix.AsSpan(suffix.Length - length).Equals(other.suffix.AsSpan(other.suffix.Length - length), PatternSegment.Comparison);
    }

    /// <inheritdoc cref="PatternOverlap.Between"/>
    public bool Overlaps(PathPattern other) => PatternOverlap.Between(this, other);

    private bool Covers(ReadOnlySpan<PatternSegment> other)
    {
        PatternPlaces places = PatternPlaces.Beginning(this);
        for (int i = 0; i < other.Length && !places.IsAtEnd; i++)
            places = places.Enter(other[i]);
        return places.IsAtEnd;
    }

    public static PatternSegment[] Names(string path) => [.. Slashed(path).TrimEnd('/').Split('/').Select(PatternSegment.Literal)];

    private static bool IsRoot(string path) => path.Length == 0 || path[^1] == ':';

    // On Unix a backslash is a character of a name, where the name comes from the file system.
    private static string Slashed(string path) => OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;

    private static string Native(string path) => OperatingSystem.IsWindows() ? path.Replace('/', '\\') : path;
}
