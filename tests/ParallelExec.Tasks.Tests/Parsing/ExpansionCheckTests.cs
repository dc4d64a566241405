using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Tests.Parsing;

public sealed class ExpansionCheckTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();
    private readonly List<Diagnostic> diagnostics = [];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("echo $(here)", "echo ", "here")]
    [InlineData("echo $(A)", "echo 1", "")]
    [InlineData("x=$(git rev-parse HEAD); y=$(B)", "x=; y=2", "git rev-parse HEAD")]
    [InlineData("$(A)$(B)", "x", "")]
    [InlineData("dotnet $(OutputPath)a.dll $(none)", "dotnet bin/Debug/a.dll ", "none")]
    [InlineData("echo %24(kept) $(gone) @(Item) %(Meta)", "echo $(kept)  x y", "gone")]
    [InlineData("echo $([System.DateTime]::Now.ToString('yyyy')) $(gone)", "echo 2026 ", "gone")]
    [InlineData("something $(else)", "quite different", "")]
    public void What_came_out_empty_is_found(string raw, string expanded, string names) =>
        Assert.Equal(names, string.Join(", ", ExpansionCheck.ReplacedByNothing(raw, expanded)));

    [Fact]
    public void A_command_is_warned_of_where_no_property_has_the_name()
    {
        Check("""<ParallelTask Include="a" Command="echo $(branch) $(Extra)" />""", ("a", "echo  "));
        Diagnostic warning = Assert.Single(diagnostics);
        Assert.Equal((Codes.UnknownName, Severity.Warning, 3), (warning.Code, warning.Severity, warning.Origin!.Location!.Line));
        Assert.StartsWith("'a' has $(branch) in its Command:", warning.Message, StringComparison.Ordinal);
        Assert.Contains("%24(branch)", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""<ParallelTask Include="a"><Command><![CDATA[echo $(branch) && true]]></Command></ParallelTask>""")]
    [InlineData("""<ParallelTask Include="@(X)"><Title>$(branch)</Title><Command>echo $(branch) &amp;&amp; true</Command></ParallelTask>""")]
    public void Also_of_an_element(string item)
    {
        Check(item, ("a", "echo  && true"));
        Assert.Single(diagnostics);
    }

    private void Check(string item, (string Id, string Command) evaluated)
    {
        string file = folder.Write("build.proj", $"<Project>\n  <PropertyGroup><Extra></Extra></PropertyGroup><ItemGroup>\n    {item}\n  </ItemGroup>\n</Project>");
        Declaration declaration = Given.Declaration(evaluated.Id, ("Command", evaluated.Command));
        var declared = new DeclarationSet(file) { Items = [declaration with { Origin = declaration.Origin with { File = file } }] };
        new ExpansionCheck(declared, new ProjectFiles(declared), diagnostics).Check();
    }
}
