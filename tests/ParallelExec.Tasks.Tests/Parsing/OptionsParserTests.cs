using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Tests.Parsing;

public class OptionsParserTests
{
    private readonly List<Diagnostic> diagnostics = [];

    [Fact]
    public void What_is_not_set_has_the_defaults_of_the_contract()
    {
        RunOptions options = Parse();
        Assert.Empty(diagnostics);
        Assert.Equal((ScheduleMode.Waves, OnFailure.FinishWave, LogOutput.OnFailure, WriteConflictMode.Error),
            (options.Schedule, options.OnFailure, options.LogOutput, options.WriteConflicts));
        Assert.Equal((7, false, TimeSpan.FromSeconds(30), true), (options.MaxParallelism, options.MaxParallelismIsExplicit, options.Heartbeat, options.ReportMarkdown));
        Assert.Equal(Path.Combine(Given.Root, "obj", "parallelexec") + Path.DirectorySeparatorChar, options.Directory);
    }

    [Fact]
    public void What_is_set_is_read()
    {
        RunOptions options = Parse(
            ("Schedule", "eager"), ("OnFailure", "KeepGoing"), ("MaxParallelism", " 3 "), ("Only", "a; b-*"), ("LogOutput", "None"), ("Heartbeat", "2m"), ("Reports", "json"));
        Assert.Empty(diagnostics);
        Assert.Equal((ScheduleMode.Eager, OnFailure.KeepGoing, 3, true, LogOutput.None), (
            options.Schedule, options.OnFailure, options.MaxParallelism, options.MaxParallelismIsExplicit, options.LogOutput));
        Assert.Equal(["a", "b-*"], options.Only.ToArray());
        Assert.Equal(TimeSpan.FromMinutes(2), options.Heartbeat);
        Assert.False(options.ReportMarkdown);
    }

    [Theory]
    [InlineData("Schedule", "Later", "ParallelExecSchedule is 'Later'; expected one of Waves, Eager.")]
    [InlineData("OnFailure", "Stop", "ParallelExecOnFailure is 'Stop'; expected one of FinishWave, FailFast, KeepGoing.")]
    [InlineData("MaxParallelism", "0", "ParallelExecMaxParallelism is '0'; expected a whole number, 1 or more.")]
    [InlineData("Reports", "pdf", "ParallelExecReports is 'pdf'; expected json and markdown, separated by ';'.")]
    public void A_wrong_value_is_PEX1004_and_names_the_right_ones(string name, string value, string message)
    {
        Parse((name, value));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.InvalidValue, message), (error.Code, error.Message));
    }

    [Theory]
    [InlineData("ExportFormat", "x")]
    [InlineData("Slots", "4")]
    [InlineData("Launcher", "slurm")]
    [InlineData("Reports", "json;html")]
    public void What_a_later_version_brings_is_PEX1006(string name, string value)
    {
        Parse((name, value));
        Assert.Equal(Codes.NotInThisVersion, Assert.Single(diagnostics).Code);
    }

    [Theory]
    [InlineData("Resume", "false")]
    [InlineData("Cache", "None")]
    public void A_later_property_that_asks_for_nothing_is_no_error(string name, string value)
    {
        Parse((name, value));
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void A_mistyped_global_property_is_a_warning()
    {
        new OptionsParser(new Dictionary<string, string>(), $"{Given.Root}/build.proj", diagnostics)
            .CheckGlobalProperties(["ParallelExecMaxParalelism", "ParallelExecOnly", "ParallelExecResume", "Configuration"]);
        Diagnostic warning = Assert.Single(diagnostics);
        Assert.Equal(Severity.Warning, warning.Severity);
        Assert.Equal("There is no property ParallelExecMaxParalelism; it does nothing. Did you mean 'ParallelExecMaxParallelism'?", warning.Message);
    }

    private RunOptions Parse(params (string Name, string Value)[] properties) => new OptionsParser(
        properties.ToDictionary(property => property.Name, property => property.Value, StringComparer.OrdinalIgnoreCase),
        $"{Given.Root}/build.proj", diagnostics).Parse(nodeCount: 7);
}
