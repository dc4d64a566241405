using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Files;

public sealed class ExecutableFinderTests : IDisposable
{
    private readonly TestFolder folder = new();

    public ExecutableFinderTests()
    {
        foreach (string name in new[] { "a/x.bat", "b/x.exe", "b/x.v2.cmd", "c;d/y.exe", "z" })
            folder.Write(name, "");
        folder.MakeExecutable("z");
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("x", "a/x.bat")]
    [InlineData("x.exe", "b/x.exe")]
    [InlineData("x.v2", "b/x.v2.cmd")]
    [InlineData("y", "c;d/y.exe")]
    [InlineData("z", null)]
    [InlineData("", null)]
    [InlineData("x\0", null)]
    public void On_Windows_by_endings_and_entries_in_quotes(string program, string? expected) =>
        Assert.Equal(expected is null ? null : folder.Combine(expected), Find(program, "a;;\"c;d\" ; b", Platform.Windows));

    [UnixTheory]
    [InlineData("z", "", null)]
    [InlineData("z", "a:", "z")]
    [InlineData("z", ":a", "z")]
    [InlineData("z", "a:b", null)]
    [InlineData("./z", "", "z")]
    [InlineData("x", "a:b", null)]
    public void On_Unix_an_empty_entry_of_the_path_is_the_working_directory(string program, string path, string? expected) =>
        Assert.Equal(expected is null ? null : folder.Combine(expected), Find(program, path, Platform.Linux));

    private string? Find(string program, string path, Platform platform) =>
        ExecutableFinder.Find(program, folder.Path, new Dictionary<string, string> { ["PATH"] = path }, platform);
}
