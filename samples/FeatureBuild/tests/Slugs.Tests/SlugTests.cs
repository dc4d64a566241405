using Xunit;

namespace Slugs.Tests;

public sealed class SlugTests
{
    [Theory]
    [InlineData("Getting started", "getting-started")]
    [InlineData("  What is new in 2.1?  ", "what-is-new-in-2-1")]
    [InlineData("`tide watch --gate`", "tide-watch-gate")]
    public void Words_are_joined_by_one_hyphen(string heading, string expected) => Assert.Equal(expected, Slug.From(heading));

    [Fact]
    public void Accents_are_dropped() => Assert.Equal("maree-haute-a-saint-malo", Slug.From("Marée haute à Saint-Malo"));

    [Fact]
    public void An_apostrophe_does_not_split_a_word() => Assert.Equal("the-harbours-gate-isnt-open", Slug.From("The harbour's gate isn’t open"));

    [Fact]
    public void A_heading_without_letters_still_gets_an_anchor() => Assert.Equal("section", Slug.From("…"));

    [Fact]
    public void A_slug_is_its_own_slug()
    {
        string slug = Slug.From("Exit codes & signals");

        Assert.Equal(slug, Slug.From(slug));
    }
}
