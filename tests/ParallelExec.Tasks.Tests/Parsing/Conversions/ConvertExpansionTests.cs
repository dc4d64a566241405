using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Tests.Parsing.Conversions;

public sealed class ConvertExpansionTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();
    private readonly List<Diagnostic> diagnostics = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Each_file_is_a_subtask_and_a_milestone_stands_for_all()
    {
        Declared declared = Parse(Pandoc("docs/b.md", "", ("Inputs", "page.html"), ("DependsOn", "tool"), ("Timeout", "5s")), Pandoc("docs/a/c.md", "a/", ("Inputs", "page.html"), ("DependsOn", "tool"), ("Timeout", "5s")));
        Assert.Empty(diagnostics);
        Assert.Equal(["convert:docs/a/c.md", "convert:docs/b.md", "convert"], declared.Subtasks.Select(subtask => subtask.Id));
        Subtask file = declared.Subtasks[0], all = declared.Subtasks[^1];
        Assert.Equal(["docs/a/c.md", "-o", "out/a/c.html"], ((ToolWork)file.Work).Arguments.Select(Slashed));
        Assert.Equal([folder.Combine("docs", "a", "c.md"), folder.Combine("page.html")], file.Inputs.Select(input => input.FullPath));
        Assert.Equal([folder.Combine("out", "a", "c.html")], file.Outputs.Select(output => output.FullPath));
        Assert.Equal(("convert", TimeSpan.FromSeconds(5), "tool"), (file.Set!.Id, file.Timeout, file.DependsOn.Single()));
        Assert.IsType<MilestoneWork>(all.Work);
        Assert.Equal(["convert:docs/a/c.md", "convert:docs/b.md"], all.DependsOn);
    }

    [Fact]
    public void Each_Id_is_a_set_of_its_own_and_the_same_file_can_be_in_several()
    {
        Declared declared = Parse(Pandoc("a.md", "", ("Id", "html")), Convert("a.md", ("Id", "txt"), ("Command", "strip {in} > {out}"), ("Outputs", "out/{name}.txt")));
        Assert.Empty(diagnostics);
        Assert.Equal(["html:a.md", "html", "txt:a.md", "txt"], declared.Subtasks.Select(subtask => subtask.Id));
        Assert.Equal("strip a.md > out/a.txt", Slashed(((CommandWork)declared.Subtasks[2].Work).CommandLine));
    }

    [Fact]
    public void A_batch_is_one_subtask_whose_list_stands_for_in()
    {
        Declared declared = Parse([.. "a b,c,d".Split(',').Select(name => Convert($"{name}.md", ("Batch", "2"), ("Command", "x --all {in} -d out"), ("Outputs", "out/{name}.html")))]);
        Assert.Empty(diagnostics);
        Assert.Equal(["convert:1", "convert:2", "convert"], declared.Subtasks.Select(subtask => subtask.Id));
        Subtask first = declared.Subtasks[0];
        Assert.Equal(OperatingSystem.IsWindows() ? "x --all \"a b.md\" c.md -d out" : "x --all 'a b.md' c.md -d out", ((CommandWork)first.Work).CommandLine);
        Assert.Equal([2, 2, 2], new[] { first.Inputs.Length, first.Outputs.Length, first.Batch!.Files.Length });
        Assert.Equal("x --all c.md -d out", ((CommandWork)first.Batch.WorkFor([first.Batch.Files[1]])).CommandLine);
    }

    [Fact]
    public void In_a_tools_arguments_what_holds_in_stands_once_for_each_file_of_a_batch()
    {
        Declared declared = Parse([.. "a,b".Split(',').Select(name => Convert($"{name}.md", ("Batch", "50"), ("Tool", "x"), ("Arguments", "-q;--in={in};-d"), ("Outputs", "out/{name}.html")))]);
        Assert.Empty(diagnostics);
        Assert.Equal(["-q", "--in=a.md", "--in=b.md", "-d"], ((ToolWork)declared.Subtasks[0].Work).Arguments);
    }

    [Theory]
    [InlineData("Command", "x {in} {out}", "has {out} in its Command, which is of one file, and Batch")]
    [InlineData("Verify", "x {in}", "has Batch and Verify")]
    [InlineData("Batch", "0", "has Batch=\"0\"; expected a whole number, 1 or more")]
    [InlineData("Outputs", "{out}", "expected paths without {out}")]
    public void What_is_of_one_file_does_not_go_with_Batch(string name, string value, string expected)
    {
        var metadata = new Dictionary<string, string> { ["Command"] = "x {in}", ["Batch"] = "50", ["Outputs"] = "out/{name}", [name] = value };
        Parse(Convert("a.md", [.. metadata.Select(entry => (entry.Key, entry.Value))]));
        Assert.Contains(expected, Assert.Single(diagnostics).Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public void A_name_can_hold_what_no_id_can_and_is_never_an_option()
    {
        Declared declared = Parse(Pandoc("-x y.md", ""), Pandoc("-x_y.md", ""), Pandoc("ü;$'.md", ""));
        Assert.Empty(diagnostics);
        Assert.Equal(["convert:-x_y.md", "convert:-x_y.md-2", "convert:ü__'.md".Replace('\'', '_'), "convert"], declared.Subtasks.Select(subtask => subtask.Id));
        Assert.Equal(["./-x y.md", "-o", "out/-x y.html"], ((ToolWork)declared.Subtasks[0].Work).Arguments);
        Assert.Equal("ü;$'.md", ((ToolWork)declared.Subtasks[2].Work).Arguments[0]);
    }

    [Fact]
    public void Paths_are_seen_from_the_folder_that_is_worked_in()
    {
        folder.Write("docs/x", "");
        Declared declared = Parse(Pandoc("docs/a.md", "", ("WorkingDirectory", "docs")));
        Assert.Equal(["a.md", "-o", "../out/a.html"], ((ToolWork)declared.Subtasks[0].Work).Arguments.Select(Slashed));
    }

    [Fact]
    public void A_long_path_is_cut_to_an_id()
    {
        string path = string.Join('/', Enumerable.Repeat("folder", 40)) + "/a.md";
        Declared declared = Parse(Pandoc(path, ""));
        Assert.Empty(diagnostics);
        Assert.True(Values.IsId(declared.Subtasks[0].Id));
    }

    [Theory]
    [InlineData("out/{dir}/{nam}.html", "Command", "x {in}", "The conversion 'convert' has {nam} in its Outputs, which is no placeholder. Did you mean 'name'?")]
    [InlineData("out/{name}", "Command", "x {inn} {out}", "The conversion 'convert' has {inn} in its Command, which is no placeholder. Did you mean 'in'?")]
    [InlineData("out/page.html", "Command", "x", "The file 'docs/b.md' and 'docs/a.md' would both become ")]
    [InlineData("docs/{name}.md", "Command", "x", "The file 'docs/a.md' would be written over by what comes of it.")]
    [InlineData("docs/{name}.x.md", "Command", "x", "The file 'docs/a.md' would become ")]
    [InlineData("../{name}.html", "Command", "x", "The file 'docs/a.md' would become '")]
    [InlineData("out/*.html", "Command", "x", "The conversion 'convert' has Outputs=\"out/*.html\"; expected the files that come of each, without wildcards")]
    [InlineData("out/{name}", "Arguments", "x", "'convert' has neither a Command nor a Tool.")]
    [InlineData("", "Command", "x", "'convert' has no Outputs.")]
    public void Bad_input_is_one_clear_error(string outputs, string kind, string work, string expected)
    {
        (string, string)[] metadata = [(kind, work), ("Outputs", outputs)];
        Declared declared = Parse(Convert("docs/a.md", metadata), Convert("docs/a.x.md", metadata), Convert("docs/b.md", metadata), Given.Declaration("after", ("Command", "x"), ("DependsOn", "convert")));
        Assert.Contains(diagnostics, diagnostic => diagnostic.Message.Contains(expected, StringComparison.Ordinal));
        Assert.All(diagnostics, diagnostic => Assert.Equal(Severity.Error, diagnostic.Severity));
        Assert.Equal("convert", declared.Unreadable.Single().Id);
        Assert.Equal("after", declared.Subtasks.Single().Id);
    }

    [Fact]
    public void A_slip_that_concerns_every_file_is_told_ten_times()
    {
        Parse([.. Enumerable.Range(0, 100).Select(i => Convert($"{i}.md", ("Command", "x"), ("Outputs", "one.html")))]);
        Assert.Equal(10, diagnostics.Count);
    }

    [Fact]
    public void A_file_that_is_not_there_a_folder_and_a_line_in_a_name_are_refused()
    {
        folder.Write("docs/a.md", "");
        (string, string)[] metadata = [("Command", "x"), ("Outputs", "out/{name}")];
        Parse([Item("gone.md", "", metadata), Item("docs", "", metadata), Item("a\nb.md", "", metadata)]);
        Assert.Equal(
            [
                "The file 'a%0Ab.md' has a line's end or a wildcard in its name, which nothing here can have. Rename it.",
                "The file 'docs' is a folder. Name the files in it: docs/**/*.",
                "The file 'gone.md' is not there. Correct the path; where another subtask makes it, add DependsOn.",
            ],
            diagnostics.Select(diagnostic => diagnostic.Message));
    }

    [Fact]
    public void What_another_subtask_makes_need_not_be_there_yet()
    {
        Parse([Item("later.md", "", ("Command", "x"), ("Outputs", "out/{name}"), ("DependsOn", "make")), Given.Declaration("make", ("Command", "x"))]);
        Assert.Empty(diagnostics);
    }

    [UnixFact]
    public void A_link_that_leads_out_of_the_project_is_outside_of_it()
    {
        using TestKit.TestFolder elsewhere = new();
        Directory.CreateSymbolicLink(folder.Combine("out"), elsewhere.Path);
        Parse(Pandoc("a.md", ""));
        Assert.Contains("which is outside of the project's folder", Assert.Single(diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_that_matches_nothing_is_told_with_its_line_unless_it_may()
    {
        folder.Write("build.proj", """
            <Project>
              <ItemGroup>
                <ParallelConvert Include="docs/**/*.md" Command="x" Outputs="{name}.html" />
                <ParallelConvert Include="nosuch/**/*.md" Command="x" Outputs="{name}.html" Id="other" />
                <ParallelConvert Include="maybe/*.md" Condition="'$(X)' == '1'" Command="x" Outputs="{name}.html" />
              </ItemGroup>
              <ItemGroup Condition="'$(X)' == '1'"><ParallelConvert Include="maybe/*.md" Command="x" Outputs="{name}.html" /></ItemGroup>
              <Target Name="T"><ItemGroup><ParallelConvert Include="maybe/*.md" Command="x" Outputs="{name}.html" /></ItemGroup></Target>
            </Project>
            """);
        Declared declared = Parse(Pandoc("docs/a.md", ""));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal(Codes.InvalidValue, error.Code);
        Assert.StartsWith("ParallelConvert Include=\"nosuch/**/*.md\" matches no file in ", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, error.Origin!.Location!.Line);
        Assert.Equal("other", Assert.Single(declared.Unreadable).Id);
    }

    private static string Slashed(string text) => text.Replace('\\', '/');

    private static Declaration Item(string path, string below, params (string Name, string Value)[] metadata) => new(
        path,
        metadata.ToDictionary(entry => entry.Name, entry => MetadataValue.FromEscaped(entry.Value), StringComparer.OrdinalIgnoreCase),
        new Origin("", "ParallelConvert", path))
    {
        RecursiveDirectory = below,
    };

    private Declaration Convert(string path, params (string Name, string Value)[] metadata)
    {
        folder.Write(path, "");
        return Item(path, "", metadata);
    }

    private Declaration Pandoc(string path, string below, params (string Name, string Value)[] more)
    {
        folder.Write(path, "");
        return Item(path, below, [("Tool", "pandoc"), ("Arguments", "{in};-o;{out}"), ("Outputs", "out/{dir}/{name}.html"), .. more]);
    }

    private Declared Parse(params Declaration[] items) => new DeclarationParser(
        new DeclarationSet(folder.Combine("build.proj"))
        {
            Items = [.. items.Select(item => item with { Origin = item.Origin with { File = folder.Combine("build.proj") } })],
            Properties = new Dictionary<string, string> { ["Directory"] = "obj/parallelexec/" },
        },
        diagnostics).Parse();
}
