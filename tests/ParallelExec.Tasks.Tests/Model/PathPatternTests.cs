using ParallelExec.Model;

namespace ParallelExec.Tests.Model;

public class PathPatternTests
{
    [Theory]
    [InlineData("a?.txt", "ab.txt", true)]
    [InlineData("a?.txt", "a.txt", false)]
    [InlineData("a?.txt", "abc.txt", false)]
    [InlineData("*.cs", "a.cs", true)]
    [InlineData("*.cs", "src/a.cs", false)]
    [InlineData("a*b*c", "aXbXbYc", true)]
    [InlineData("a*b*c", "aXbXbY", false)]
    [InlineData("*.*", "Makefile", true)]
    [InlineData("**/*.cs", "a.cs", true)]
    [InlineData("**/*.cs", "src/deep/a.cs", true)]
    [InlineData("src/**", "src/deep/a.cs", true)]
    [InlineData("src/**", "src", false)]
    [InlineData("src/**/**/x/*.cs", "src/x/a.cs", true)]
    [InlineData("src/**/x/**/*.cs", "src/x/y/x/z/a.cs", true)]
    [InlineData("src/*/a.cs", "src/a.cs", false)]
    [InlineData("./src//a.*", "src/a.cs", true)]
    [InlineData("src/../docs/*.md", "docs/a.md", true)]
    [InlineData("../shared/*.md", "../shared/a.md", true)]
    [InlineData(@"src\*.cs", "src/a.cs", true)]
    [InlineData("[ab].txt", "[ab].txt", true)]
    [InlineData("[ab]*.txt", "a.txt", false)]
    [InlineData("*.txt", "two\nlines.txt", true)]
    [InlineData("docs", "docs/deep/a.md", true)]
    [InlineData("docs", "docs2/a.md", false)]
    public void A_pattern_includes(string pattern, string file, bool included) =>
        Assert.Equal(included, new PathPattern(pattern, Given.Root).Includes(Path.GetFullPath(file, Given.Root)));

    [Theory]
    [InlineData("**/*.cs", "src/obj/a.cs", false)]
    [InlineData("**/*.cs", "bin/a.cs", false)]
    [InlineData("*/a.cs", "obj/a.cs", false)]
    [InlineData("**", ".git/config", false)]
    [InlineData("**/*.cs", "objects/a.cs", true)]
    [InlineData("**", ".editorconfig", true)]
    [InlineData("**", "tools/bin", true)]
    [InlineData("bin/Release/**", "bin/Release/a.dll", true)]
    [InlineData("bin/**", "bin/Release/.playwright/node.exe", true)]
    [InlineData("src/*/bin/**/*.dll", "src/A/bin/obj/a.dll", true)]
    [InlineData("**/obj/*.json", "src/obj/a.json", true)]
    [InlineData("src/**/bin/x.dll", "src/obj/bin/x.dll", false)]
    [InlineData(".*/x", ".config/x", true)]
    [InlineData("../bin/*", "../bin/a", true)]
    [InlineData("bin", "bin/obj/a.dll", true)]
    public void Wildcards_leave_out_bin_obj_and_hidden_folders_unless_such_a_folder_is_spelled_before(string pattern, string file, bool included) =>
        Assert.Equal(included, new PathPattern(pattern, Given.Root).Includes(Path.GetFullPath(file, Given.Root)));

    [Fact]
    public void What_the_folder_of_the_project_is_called_says_nothing()
    {
        Assert.True(new PathPattern("**/*.cs", "/home/.cache/bin/p?").Includes("/home/.cache/bin/p?/src/a.cs"));
        Assert.False(new PathPattern("**/*.cs", "/home/.cache/bin/p?").Includes("/home/.cache/bin/p1/src/a.cs"));
        Assert.False(new PathPattern("**/*.cs", "/home/.cache/bin/p").Includes("/home/.cache/bin/p/obj/a.cs"));
    }

    [Theory]
    [InlineData("**/*.cs;!**/*.g.cs", "a.cs", true)]
    [InlineData("**/*.cs;!**/*.g.cs", "src/a.g.cs", false)]
    [InlineData("!src/old;src/**", "src/old/deep/a.cs", false)]
    [InlineData("!src/old/**;src/**", "src/old/a.cs", false)]
    [InlineData("src;!src/*.tmp", "src/a.tmp", false)]
    [InlineData("src;!src/*.tmp", "src/a.cs", true)]
    [InlineData("bin/**;!bin/**/*.pdb", "bin/obj/a.pdb", false)]
    [InlineData("./!odd/*", "!odd/a", true)]
    public void What_follows_an_exclamation_mark_is_taken_from_all_of_the_list(string list, string file, bool included) =>
        Assert.Equal(included, PathPattern.List(list.Split(';'), Given.Root).Any(pattern => pattern.Includes(Path.GetFullPath(file, Given.Root))));

    [Fact]
    public void A_path_that_is_taken_back_is_not_in_the_list() =>
        Assert.Equal(["b.cs"], PathPattern.List(["a.g.cs", "b.cs", "!*.g.cs", "gen/x.cs", "!gen"], Given.Root).Select(pattern => pattern.Declared));

    [Theory]
    [InlineData("src/*.cs", "/wt/1/src/*.cs")]
    [InlineData("/repo/project/src/*.cs", "/wt/1/src/*.cs")]
    [InlineData("../shared/*.cs", "/wt/shared/*.cs")]
    [InlineData("/repo/projects/*.cs", "/repo/projects/*.cs")]
    [InlineData("/etc/hosts", "/etc/hosts")]
    public void In_another_checkout_it_means_what_lies_there(string declared, string moved)
    {
        PathPattern pattern = Assert.Single(PathPattern.List([declared, "!old/**"], Given.Root)).In("/wt/1");
        Assert.Equal((moved, "/wt/1/old/**"), (pattern.Absolute, pattern.Except[0].Absolute));
        Assert.Equal(Path.IsPathRooted(declared) ? moved : declared, pattern.Declared);
    }

    [Theory]
    [InlineData("out/*.html;!out/b.html", "out/b.html", false)]
    [InlineData("out/**;!out/b/**", "out/b/*.html", false)]
    [InlineData("out/**;!out/b", "out/b", false)]
    [InlineData("out/**/*.js;!**/*.min.js", "out/**/*.min.js", false)]
    [InlineData("out/**;!out/b/**", "out/?/*.html", true)]
    [InlineData("out/**;!out/b?/**", "out/b*/**", true)]
    [InlineData("**/*.dll", "bin/a.dll", false)]
    [InlineData("bin/**/*.dll", "bin/obj/a.dll", true)]
    [InlineData("**/*.dll", "**/obj/*.dll", false)]
    [InlineData("gen/*", "gen/sub/*", false)]
    [InlineData("gen/**", "gen/sub/*", true)]
    [InlineData("**/a/**/b/**/c", "a/**/b/**/*", true)]
    public void Overlaps_see_what_is_taken_back_and_left_out(string a, string b, bool overlap)
    {
        (PathPattern left, PathPattern right) = (PathPattern.List(a.Split(';'), Given.Root)[0], PathPattern.List(b.Split(';'), Given.Root)[0]);
        Assert.Equal((overlap, overlap), (left.Overlaps(right), right.Overlaps(left)));
    }

    [Fact]
    public void Many_stars_on_both_sides_are_no_labyrinth()
    {
        string a = string.Concat(Enumerable.Repeat("**/*a*/", 40)) + "x";
        string b = string.Concat(Enumerable.Repeat("**/*b*/", 40)) + "y";
        Assert.False(new PathPattern(a, Given.Root).Overlaps(new PathPattern(b, Given.Root)));
        Assert.False(new PathPattern(string.Concat(Enumerable.Repeat("*a", 40)), Given.Root).Includes($"{Given.Root}/{new string('a', 200)}b"));
    }
}
