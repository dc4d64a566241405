using ParallelExec.Model;

namespace ParallelExec.Tests.Model;

public class WorkspaceTests
{
    [Theory]
    [InlineData("/repo/app", "/tree/1")]
    [InlineData("/repo/app/src/a.cs", "/tree/1/src/a.cs")]
    [InlineData("/repo/app/..b", "/tree/1/..b")]
    [InlineData("/repo/other/a.cs", "/repo/other/a.cs")]
    [InlineData("/etc/hosts", "/etc/hosts")]
    public void What_lies_in_the_project_lies_in_the_folder_that_is_worked_in(string path, string expected)
    {
        var workspace = new Workspace(Path.GetFullPath("/repo/app"), Path.GetFullPath("/tree/1"));
        Assert.Equal(Path.GetFullPath(expected), workspace.PathOf(Path.GetFullPath(path)));
    }
}
