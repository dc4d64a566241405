using System.Globalization;
using System.Text;

namespace Slugs;

/// <summary>Turns the text of a heading into the anchor that links to it.</summary>
public static class Slug
{
    /// <summary>Lower-case ASCII letters and digits, words joined by one hyphen; <c>section</c> when nothing is left.</summary>
    public static string From(string heading)
    {
        ArgumentNullException.ThrowIfNull(heading);

        StringBuilder slug = new(heading.Length);
        bool wordEnded = false;
        // FormD splits "é" into "e" and its accent, which is dropped: an anchor must be typable anywhere.
        foreach (char c in heading.Normalize(NormalizationForm.FormD))
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                if (wordEnded && slug.Length > 0)
                {
                    slug.Append('-');
                }

                slug.Append(char.ToLowerInvariant(c));
                wordEnded = false;
            }
            else if (c is not ('\'' or '’') && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                wordEnded = true;
            }
        }

        return slug.Length == 0 ? "section" : slug.ToString();
    }
}
