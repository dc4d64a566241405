namespace Slugs;

/// <summary>The anchors of one page: each heading gets one that no other heading of the page has.</summary>
public sealed class SlugSet
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>The anchor for the next heading: its slug, with <c>-2</c>, <c>-3</c>, … when that is taken.</summary>
    public string Add(string heading)
    {
        string slug = Slug.From(heading);
        string candidate = slug;
        for (int number = 2; !_taken.Add(candidate); number++)
        {
            candidate = $"{slug}-{number}";
        }

        return candidate;
    }
}
