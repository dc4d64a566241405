using Microsoft.Build.Construction;
using Microsoft.Build.Execution;
using Microsoft.Build.Framework;
using ParallelExec.Tasks;

namespace ParallelExec.Tests.Tasks;

public sealed class DeclaredItemsTests
{
    [Fact]
    public void A_name_that_begins_as_the_mark_of_a_type_does_is_an_item()
    {
        string[] names = [
            ">ParallelTask", ">a", ">ParallelConvert", ">ParallelPool", ">ParallelTaskFolder", ">ParallelAgent", ">ParallelTeam", ">ParallelTest",
            ">ParallelConvert", ">b.md"];
        var project = new ProjectInstance(ProjectRootElement.Create());
        ITaskItem[] items = [.. names.Select(name => project.AddItem("Entry", name))];
        Assert.Equal(
            [("ParallelTask", ">a"), ("ParallelTask", ">ParallelConvert"), ("ParallelConvert", ">b.md")],
            DeclaredItems.Read(items, "/x/p.proj").Select(item => (item.Origin.ItemType, item.Id)));
    }
}
