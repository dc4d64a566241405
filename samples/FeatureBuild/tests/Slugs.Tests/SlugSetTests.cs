using Xunit;

namespace Slugs.Tests;

public sealed class SlugSetTests
{
    [Fact]
    public void Equal_headings_are_numbered_from_two()
    {
        SlugSet page = new();

        Assert.Equal(["example", "example-2", "example-3"], [page.Add("Example"), page.Add("Example"), page.Add("example!")]);
    }

    [Fact]
    public void A_number_that_a_heading_already_has_is_left_out()
    {
        SlugSet page = new();
        page.Add("Example 2");
        page.Add("Example");

        Assert.Equal("example-3", page.Add("Example"));
    }

    [Fact]
    public void Two_pages_do_not_know_of_each_other()
    {
        new SlugSet().Add("Example");

        Assert.Equal("example", new SlugSet().Add("Example"));
    }
}
