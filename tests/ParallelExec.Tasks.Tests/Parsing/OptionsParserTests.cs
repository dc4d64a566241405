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
            ("Schedule", "eager"), ("OnFailure", "KeepGoing"), ("MaxParallelism", " 3 "), ("Only", "a; b-*"), ("LogOutput", "None"), ("Heartbeat", "2m"), ("Reports", "json"), ("WhatIf", " 8;2 4,2 "));
        Assert.Empty(diagnostics);
        Assert.Equal((ScheduleMode.Eager, OnFailure.KeepGoing, 3, true, LogOutput.None), (
            options.Schedule, options.OnFailure, options.MaxParallelism, options.MaxParallelismIsExplicit, options.LogOutput));
        Assert.Equal(["a", "b-*"], options.Only.ToArray());
        Assert.Equal(TimeSpan.FromMinutes(2), options.Heartbeat);
        Assert.Equal([8, 2, 4], options.WhatIf.ToArray());
        Assert.False(options.ReportMarkdown);
    }

    [Theory]
    [InlineData("Schedule", "Later", "ParallelExecSchedule is 'Later'; expected one of Waves, Eager.")]
    [InlineData("OnFailure", "Stop", "ParallelExecOnFailure is 'Stop'; expected one of FinishWave, FailFast, KeepGoing.")]
    [InlineData("WhatIf", "2;x", "ParallelExecWhatIf is '2;x'; expected one or more whole numbers up to 4096, such as 16 or 2;4;8.")]
    [InlineData("WhatIf", "0", "ParallelExecWhatIf is '0'; expected one or more whole numbers up to 4096, such as 16 or 2;4;8.")]
    [InlineData("WhatIf", "99999", "ParallelExecWhatIf is '99999'; expected one or more whole numbers up to 4096, such as 16 or 2;4;8.")]
    [InlineData("Enabled", "maybe", "ParallelExecEnabled is 'maybe'; expected true or false.")]
    [InlineData("RunOn", "Never", "ParallelExecRunOn is 'Never'; expected BeforeBuild or AfterBuild, or nothing.")]
    [InlineData("OnLocked", "Fail,Wait", "ParallelExecOnLocked is 'Fail,Wait'; expected one of Fail, Wait.")]
    [InlineData("Telemetry", "Zipkin", "ParallelExecTelemetry is 'Zipkin'; expected one of None, Otlp.")]
    [InlineData("Ci", "Travis", "ParallelExecCi is 'Travis'; expected Auto, or one of None, GitHubActions, "
        + "AzurePipelines, GitLab, TeamCity, Jenkins.")]
    [InlineData("MaxParallelism", "99999999999", "ParallelExecMaxParallelism is '99999999999'; expected a whole number, 1 or more.")]
    [InlineData("MaxParallelism", "0", "ParallelExecMaxParallelism is '0'; expected a whole number, 1 or more.")]
    [InlineData("Reports", "pdf",
        "ParallelExecReports is 'pdf'; expected json, html, markdown, mermaid, junit and trace, separated by ';'.")]
    public void A_wrong_value_is_PEX1004_and_names_the_right_ones(string name, string value, string message)
    {
        Parse((name, value));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.InvalidValue, message), (error.Code, error.Message));
    }

    [Theory]
    [InlineData("", null, 80)]
    [InlineData("50%", null, 50)]
    [InlineData("3g", 3221225472L, 0)]
    [InlineData("none", null, 0)]
    [InlineData("0", null, 0)]
    public void MaxMemory_is_an_amount_or_a_part_of_what_there_is(string text, long? bytes, int percent) =>
        Assert.Equal(new ParallelExec.Model.MemoryLimit(bytes, percent), Parse(("MaxMemory", text)).MaxMemory);

    [Theory]
    [InlineData("true", "Auto")]
    [InlineData("false", "Off")]
    [InlineData("pipe", "Pipe")]
    [InlineData("Fifo", "Fifo")]
    [InlineData("maybe", null)]
    [InlineData("Auto", null)]
    public void Jobserver_is_on_or_off_or_of_one_form(string text, string? form)
    {
        Assert.Equal(form ?? "Off", Parse(("Jobserver", text)).Jobserver.ToString());
        Assert.Equal(form is null, diagnostics.Count == 1);
    }

    [Theory]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("much")]
    public void MaxMemory_of_another_form_is_an_error(string text)
    {
        Parse(("MaxMemory", text));
        Assert.Equal(
            $"ParallelExecMaxMemory is '{text}'; expected an amount of memory such as 512m, 1.5g or 2GB, a part of what there is such as "
                + "80%, or none.",
            Assert.Single(diagnostics).Message);
    }

    public static IEnumerable<object[]> Later =>
    [
        .. LaterNames.Properties.Keys.Select(name => new object[] { name, "something" }),
        .. LaterNames.Reports.Select(report => new object[] { "Reports", $"json;{report}" }),
    ];

    [Theory]
    [MemberData(nameof(Later))]
    public void What_a_later_version_brings_is_PEX1006(string name, string value)
    {
        Parse((name, value));
        Assert.Equal(Codes.NotInThisVersion, Assert.Single(diagnostics).Code);
    }

    [Theory]
    [InlineData("Resume", "false")]
    [InlineData("Cache", "None")]
    [InlineData("Telemetry", "None")]
    public void A_later_property_that_asks_for_nothing_is_no_error(string name, string value)
    {
        Parse((name, value));
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void A_NUL_in_a_property_is_PEX1004()
    {
        Parse(("Directory", "obj/\0"));
        Assert.Equal(Codes.InvalidValue, Assert.Single(diagnostics).Code);
    }

    [Fact]
    public void What_was_given_on_the_command_line_is_given_again_but_for_what_was_meant_once()
    {
        Dictionary<string, string> given = new()
        {
            ["ParallelExecTaskFolder"] = "tasks",
            ["Configuration"] = "Release",
            ["ParallelExecOnly"] = "a",
        };
        var declared = new DeclarationSet($"{Given.Root}/build.proj") { GlobalProperties = given };
        Assert.Equal(
            ["Configuration", "ParallelExecTaskFolder"],
            new DeclarationParser(declared, diagnostics).Parse().Options.CommandProperties.Select(property => property.Key));
    }

    [Fact]
    public void Ids_may_be_separated_by_space_and_lines() => Assert.Equal(["a", "b", "c"], Parse(("Only", "a b;\n  c")).Only.ToArray());

    [Fact]
    public void What_came_with_the_command_line_is_told_so()
    {
        var declared = new DeclarationSet($"{Given.Root}/build.proj")
        {
            Properties = new Dictionary<string, string> { ["Schedule"] = "Later" },
            GlobalProperties = new Dictionary<string, string> { ["parallelexecschedule"] = "Later" },
        };
        new OptionsParser(declared, new ProjectFiles(declared), diagnostics).Parse();
        Assert.EndsWith("It was given on the command line, with -p:.", Assert.Single(diagnostics).Message, StringComparison.Ordinal);
    }

    private RunOptions Parse(params (string Name, string Value)[] properties)
    {
        var declared = new DeclarationSet($"{Given.Root}/build.proj")
        {
            Properties = properties.ToDictionary(property => property.Name, property => property.Value, StringComparer.OrdinalIgnoreCase),
            NodeCount = 7,
        };
        return new OptionsParser(declared, new ProjectFiles(declared), diagnostics).Parse();
    }
}
