using System.Globalization;
using ParallelExec.Fingerprints;
using ParallelExec.Model;

namespace ParallelExec.Tests.Fingerprints;

public sealed class DeclaredFilesTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Files_are_found_in_an_order_that_is_always_the_same()
    {
        Write("src/a.cs", "src/B.cs", "src/b/c.cs", "src/ä.cs", "src/a1.cs", "src/a.txt");
        Assert.Equal(["src/B.cs", "src/a.cs", "src/a1.cs", "src/b/c.cs", "src/ä.cs"], Found("src/**/*.cs"));
        Assert.Equal(["src/a1.cs"], Found("src/a?.cs"));
        Assert.Equal(["src/B.cs", "src/a.cs", "src/a.txt", "src/a1.cs", "src/b/c.cs", "src/ä.cs"], Found("src"));
        Assert.Equal(["src/a.cs"], Found("src/x/../a.cs"));
    }

    [Fact]
    public void Bin_obj_and_hidden_folders_are_left_out_of_patterns_and_not_of_folders()
    {
        Write("lib/a.cs", "lib/obj/g.cs", "lib/bin/b.cs", "lib/.vs/c.cs", "lib/.hidden.cs");
        Assert.Equal(["lib/.hidden.cs", "lib/a.cs"], Found("lib/**/*.cs"));
        Assert.Equal(["lib/obj/g.cs"], Found("lib/obj/**"));
        Assert.Equal(["lib/.hidden.cs", "lib/.vs/c.cs", "lib/a.cs", "lib/bin/b.cs", "lib/obj/g.cs"], Found("lib"));
        Assert.Equal(["lib/.hidden.cs", "lib/a.cs", "lib/bin/b.cs"], Found("lib", "!lib/obj", "!**/.vs/**"));
    }

    [Fact]
    public void A_missing_output_that_lies_where_wildcards_do_not_go_is_said_to()
    {
        Write("bin/a.dll");
        Assert.Equal(
            ["'**/*.dll' (wildcards do not enter bin, obj and hidden folders, where 'a.dll' is: spell the folder, as in bin/**)", "'x/*.dll'", "'y'"],
            DeclaredFiles.Missing(PathPattern.List(["**/*.dll", "bin/*.dll", "x/*.dll", "y"], folder.Path)));
    }

    [Fact]
    public void No_pattern_matches_in_a_folder_that_is_not_there_or_is_a_file()
    {
        Write("file");
        Assert.Empty(Found("gone/**"));
        Assert.Empty(Found("file/*"));
        Assert.False(DeclaredFiles.Exists(new PathPattern("gone/*", folder.Path)));
    }

    [UnixFact]
    public void No_link_to_a_folder_is_followed_but_the_one_that_is_named()
    {
        Write("real/a.txt");
        Directory.CreateSymbolicLink(folder.Combine("real/loop"), folder.Combine("real"));
        Directory.CreateSymbolicLink(folder.Combine("link"), folder.Combine("real"));
        File.CreateSymbolicLink(folder.Combine("real/b.txt"), folder.Combine("real/a.txt"));
        Assert.Equal(["real/a.txt", "real/b.txt"], Found("**/*.txt"));
        Assert.Equal(["link/a.txt", "link/b.txt"], Found("link/*.txt"));
        Assert.Equal(["link/a.txt", "link/b.txt"], Found("link"));
    }

    [UnixFact]
    public void Odd_names_are_names()
    {
        string[] names = ["!a.txt", "[b].txt", "c\nd.txt", "e;f.txt", "g\\h.txt", " .txt", "%41.txt"];
        Write(names);
        Assert.Equal([.. names.Order(StringComparer.Ordinal)], Found("*.txt"));
        Assert.Equal(["!a.txt"], Found("./!a.txt"));
        Assert.Equal(["[b].txt"], Found("[b]*"));
    }

    [Fact]
    public void A_deep_tree_and_a_wide_folder_are_no_trouble()
    {
        string deep = string.Join('/', Enumerable.Repeat("d", 500));
        Write($"{deep}/a.txt");
        Directory.CreateDirectory(folder.Combine("wide"));
        for (int i = 0; i < 5000; i++)
            File.WriteAllText(folder.Combine(string.Create(CultureInfo.InvariantCulture, $"wide/{i}.md")), "");
        Assert.Equal([$"{deep}/a.txt"], Found("**/*.txt"));
        Assert.Equal(5000, Found("wide/**").Length);
    }

    private void Write(params string[] files)
    {
        foreach (string file in files)
        {
            string path = Path.Join(folder.Path, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file);
        }
    }

    private string[] Found(params string[] declared) =>
        [.. DeclaredFiles.Existing(PathPattern.List(declared, folder.Path)).Select(file => file[(folder.Path.Length + 1)..])];
}
