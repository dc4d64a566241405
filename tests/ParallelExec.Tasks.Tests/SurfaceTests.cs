using System.Reflection;
using System.Xml.Linq;
using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.TestKit;

namespace ParallelExec.Tests;

/// <summary>The public surface and its documents say the same.</summary>
public class SurfaceTests
{
    private static readonly string Sdk = Path.Combine(SdkSource.SdkProject, "Sdk");
    private static readonly string Surface = File.ReadAllText(Path.Combine(SdkSource.RepositoryRoot, "docs", "surface.md"));
    private static readonly string Errors = File.ReadAllText(Path.Combine(SdkSource.RepositoryRoot, "docs", "errors.md"));

    private static readonly (string Name, string Code)[] All =
        [.. typeof(Codes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(one => (one.Name, (string)one.GetRawConstantValue()!))];

    public static IEnumerable<object[]> AllCodes => All.Select(one => new object[] { one.Name, one.Code });

    [Theory]
    [MemberData(nameof(AllCodes))]
    public void Each_code_is_documented_once_and_raised_by_a_test(string name, string code)
    {
        Assert.Equal(2, Errors.Split($"<a id=\"{code}\"></a>`{code}`").Length);
        IEnumerable<string> tests = Directory.EnumerateFiles(Path.Combine(SdkSource.RepositoryRoot, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "SurfaceTests.cs");
        Assert.Contains(tests.Select(File.ReadAllText), text => text.Contains(code, StringComparison.Ordinal) || text.Contains($"Codes.{name}", StringComparison.Ordinal));
    }

    [Fact]
    public void Codes_are_unique() => Assert.Equal(All.Length, All.Select(one => one.Code).Distinct().Count());

    [Fact]
    public void Each_metadata_name_and_property_is_documented()
    {
        Assert.All(Names.Metadata.Concat(LaterNames.Metadata.Keys).Concat(Names.ConvertMetadata).Concat(Names.ItemTypes).Concat(LaterNames.ItemTypes).Concat(LaterNames.Reports).Concat(LaterNames.Targets), name => Assert.Contains($"`{name}`", Surface, StringComparison.Ordinal));
        Assert.All(Names.Properties.Concat(LaterNames.Properties.Keys).Except(["Version"]), name => Assert.Contains($"`ParallelExec{name}`", Surface, StringComparison.Ordinal));
    }

    [Fact]
    public void Each_property_with_a_default_has_a_condition_a_comment_and_the_documented_value()
    {
        XElement group = XDocument.Load(Path.Combine(Sdk, "ParallelExec.Defaults.props")).Root!.Element("PropertyGroup")!;
        Assert.All(group.Elements(), property =>
        {
            Assert.Equal($"'$({property.Name})' == ''", property.Attribute("Condition")!.Value);
            XNode before = property.PreviousNode is XText ? property.PreviousNode.PreviousNode! : property.PreviousNode!;
            Assert.IsType<XComment>(before);
            string row = Surface.Split('\n').Single(line => line.StartsWith($"| `{property.Name}` |", StringComparison.Ordinal));
            if (property.Value.Length > 0)
                Assert.Contains($"| `{property.Value}` |", row, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void The_public_targets_are_those_of_the_documents()
    {
        string[] targets = [.. XDocument.Load(Path.Combine(Sdk, "ParallelExec.targets")).Root!.Elements("Target")
            .Select(target => target.Attribute("Name")!.Value).Where(name => !name.StartsWith('_')).Order(StringComparer.Ordinal)];
        Assert.Equal([
            "AnswerParallelTask", "ArchiveParallelTasks", "BlockParallelTask", "CleanParallelTasks", "CompleteParallelTask", "ExportParallelTasks", "PlanParallelTasks", "ReportParallelTasks",
            "ResetParallelTask", "ReviewParallelTasks", "RunParallelTasks", "ShowParallelTaskDependencies", "ShowParallelTasks", "ValidateParallelTasks"], targets);
        Assert.All(targets, name => Assert.Contains($"`{name}`", Surface, StringComparison.Ordinal));
    }

    [Fact]
    public void Private_names_of_the_SDK_files_begin_with_an_underscore()
    {
        foreach (string file in Directory.EnumerateFiles(Sdk).Where(IsOfMSBuild))
        {
            IEnumerable<string> properties = XDocument.Load(file).Root!.Descendants("PropertyGroup").Elements().Select(property => property.Name.LocalName);
            Assert.All(properties, name => Assert.True(
                name.StartsWith('_') || Surface.Contains(name, StringComparison.Ordinal)
                || name is "ParallelExecIsStandalone" or "BaseIntermediateOutputPath" or "Configuration" or "NuGetRestoreTargets" or "DisableWarnForInvalidRestoreProjects" or "ImportDirectoryBuildProps" or "DirectoryBuildPropsPath" or "DirectoryBuildTargetsPath",
                $"{name} in {Path.GetFileName(file)} is neither private nor documented"));
        }
    }

    private static bool IsOfMSBuild(string file) => Path.GetExtension(file) is ".props" or ".targets" or ".proj";

    [Fact]
    public void Each_property_that_a_task_understands_is_handed_to_it()
    {
        string targets = File.ReadAllText(Path.Combine(Sdk, "ParallelExec.targets"));
        Assert.All(Names.Properties.Concat(LaterNames.Properties.Keys).Except(["Version"]), name =>
            Assert.Contains($"ParallelExec{name}=$(ParallelExec{name})", targets, StringComparison.Ordinal));
        Assert.All(Names.ItemTypes.Concat(LaterNames.ItemTypes), name => Assert.Contains($">{name};@({name})", targets, StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_is_in_this_version_or_in_a_later_one()
    {
        Assert.Empty(Names.Metadata.Intersect(LaterNames.Metadata.Keys, StringComparer.OrdinalIgnoreCase));
        Assert.Empty(Names.Properties.Intersect(LaterNames.Properties.Keys, StringComparer.OrdinalIgnoreCase));
        Assert.Empty(Names.ItemTypes.Intersect(LaterNames.ItemTypes, StringComparer.OrdinalIgnoreCase));
        Assert.Empty(Names.Reports.Intersect(LaterNames.Reports, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void Each_target_of_a_later_version_refuses_with_PEX1006()
    {
        XElement project = XDocument.Load(Path.Combine(Sdk, "ParallelExec.targets")).Root!;
        Assert.All(LaterNames.Targets, name => Assert.Equal(
            "PEX1006", project.Elements("Target").Single(target => target.Attribute("Name")!.Value == name).Element("Error")!.Attribute("Code")!.Value));
    }
}
