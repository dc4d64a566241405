using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>What MSBuild makes of the items: one for each file, with its folder below the pattern.</summary>
public sealed class ConversionTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public async Task Files_are_converted_each_by_itself_and_one_that_changed_alone()
    {
        string[] names = ["docs/a.md", "docs/sub/b c;d's.md", "docs/sub/-x.md", "docs/\u00fc$HOME.md"];
        foreach (string name in names)
            folder.Write(name, $"1 {name}");
        folder.Write("template", "t");
        TargetsProject project = TargetsProject.Create(folder, p => p.ItemInclude("ParallelConvert", "docs/**/*.md", metadata: new Dictionary<string, string?>
        {
            ["Command"] = "cat template {in} > {out}",
            ["Outputs"] = "out/{dir}/{name}.html",
            ["Inputs"] = "template",
        }));
        BuildRun first = (await project.RunAsync()).EnsureSucceeded();
        Assert.Equal(("Succeeded", "Succeeded"), (first.Status("convert"), first.Status("convert:docs/sub/b_c_d_s.md")));
        foreach (string name in names)
            Assert.Equal($"t1 {name}", folder.Read("out" + name["docs".Length..^".md".Length] + ".html"));
        folder.Write("docs/a.md", "changed");
        Assert.Contains("(2 succeeded, 3 up to date)", (await project.RunAsync()).EnsureSucceeded().Output, StringComparison.Ordinal);
        folder.Write("template", "new");
        Assert.Contains("(5 succeeded)", (await project.RunAsync()).EnsureSucceeded().Output, StringComparison.Ordinal);
    }
}
