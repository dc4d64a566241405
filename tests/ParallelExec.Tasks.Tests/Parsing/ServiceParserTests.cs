using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Tests.Parsing;

/// <summary>How services are declared, and what is said of each slip before anything runs.</summary>
public class ServiceParserTests
{
    private readonly List<Diagnostic> diagnostics = [];

    [Theory]
    [InlineData("line:Ready to .*", typeof(LineReadiness))]
    [InlineData("tcp:{port}", typeof(TcpReadiness))]
    [InlineData("TCP: 5432", typeof(TcpReadiness))]
    [InlineData("http://127.0.0.1:{port}/health", typeof(HttpReadiness))]
    public void Each_form_of_ReadyWhen_is_known(string readyWhen, Type form)
    {
        Subtask subtask = Parse(("Command", "serve {port}"), ("Service", "true"), ("ReadyWhen", readyWhen), ("ReadyTimeout", "5s")).Single();
        Assert.Empty(diagnostics);
        Assert.IsType(form, subtask.Service!.Ready);
        Assert.Equal((TimeSpan.FromSeconds(5), true, 0), (subtask.Service.ReadyTimeout, subtask.Service.Port, subtask.Cores));
    }

    [Theory]
    [InlineData("line:(", "a regular expression of .NET")]
    [InlineData("line:", "there is none")]
    [InlineData("tcp:db", "from 1 to 65535")]
    [InlineData("tcp:70000", "from 1 to 65535")]
    [InlineData("http://", "line:REGEX")]
    [InlineData("soon", "line:REGEX")]
    [InlineData("https://localhost", "line:REGEX")]
    [InlineData("tcp:{port}", "a port that the service knows too")]
    public void A_ReadyWhen_that_says_nothing_is_PEX1004(string readyWhen, string told)
    {
        Assert.Empty(Parse(("Command", "serve"), ("Service", "true"), ("ReadyWhen", readyWhen)));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.InvalidValue, "ReadyWhen"), (error.Code, error.Metadata));
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Pools", "db", "PEX1004")]
    [InlineData("Parallel", "false", "PEX1004")]
    [InlineData("ReadyTimeout", "soon", "PEX1004")]
    [InlineData("Service", "maybe", "PEX1004")]
    [InlineData("Service", "false", "PEX1003")]
    [InlineData("Timeout", "5s", "PEX1007")]
    [InlineData("Outputs", "a", "PEX1007")]
    [InlineData("Verify", "a", "PEX1007")]
    public void What_a_service_can_not_have_is_told(string name, string value, string code)
    {
        Dictionary<string, string> metadata = new() { ["Command"] = "serve", ["Service"] = "true", ["ReadyWhen"] = "tcp:80", [name] = value };
        ImmutableArray<Subtask> subtasks = Parse([.. metadata.Select(pair => (pair.Key, pair.Value))]);
        Assert.Equal(code == "PEX1007" ? 1 : 0, subtasks.Length);
        Assert.All(diagnostics, diagnostic => Assert.Equal(code, diagnostic.Code));
        Assert.NotEmpty(diagnostics);
    }

    [Theory]
    [InlineData("Agent", "a")]
    [InlineData("Targets", "Run")]
    [InlineData("Group", "g")]
    public void What_does_not_go_on_is_no_service(string name, string value)
    {
        Assert.Empty(Parse(("Service", "true"), (name, value), ("Prompt", name == "Agent" ? "do" : "")));
        Assert.Equal(Codes.KindOfWork, Assert.Single(diagnostics).Code);
    }

    [Fact]
    public void A_project_is_built_before_its_program_is_started()
    {
        using var folder = new TestKit.TestFolder();
        folder.Write("web.csproj", "<Project />");
        RunOptions options = Given.Options with { ProjectDirectory = folder.Path };
        Declaration item = Given.Declaration(
            "web", ("Service", "true"), ("Project", "web.csproj"), ("Targets", "Run"), ("Properties", "A=1"), ("Arguments", "--port;{port}"),
            ("ReadyWhen", "tcp:{port}"), ("DependsOn", "db"), ("Environment", "X=1"));
        Subtask service = new SubtaskParser(options, new Dictionary<string, Team>(), diagnostics).Parse(item)!;
        Subtask[] all = [.. ServiceParser.WithBuild(service, item)];
        Assert.Empty(diagnostics);
        Assert.Equal(["web:build", "web"], all.Select(subtask => subtask.Id));
        Assert.Equal(folder.Combine("web.csproj"), Assert.IsType<ProjectWork>(all[0].Work).ProjectFile);
        Assert.Equal(["db"], all[0].DependsOn);
        Assert.Equal(["db", "web:build"], all[1].DependsOn);
        Assert.Equal(
            ["run", "--no-build", "--no-launch-profile", "--project", folder.Combine("web.csproj"), "--property:A=1", "--", "--port", "{port}"],
            Assert.IsType<ToolWork>(all[1].Work).Arguments);
    }

    [Fact]
    public void On_one_that_says_nothing_of_when_it_is_ready_nothing_can_depend()
    {
        Subtask service = Given.Subtask("db") with { Service = new(null, Service.DefaultReadyTimeout, Port: false) };
        Diagnostic error = Assert.Single(Given.Problems(Given.Options, [service, Given.Subtask("test <- db")]));
        Assert.Equal((Codes.InvalidValue, "Service"), (error.Code, error.Metadata));
        Assert.StartsWith("'db' is a service on which 'test' depends, and nothing says when it is ready.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_on_which_nothing_depends_is_a_warning()
    {
        Diagnostic warning = Assert.Single(Given.Problems(Given.Options, [Given.Subtask("db") with { Service = new(null, Service.DefaultReadyTimeout, Port: false) }]));
        Assert.Equal((Codes.DoesNotApply, Severity.Warning), (warning.Code, warning.Severity));
    }

    [Fact]
    public void A_ring_through_a_service_is_PEX2002()
    {
        Subtask service = Given.Subtask("db <- test") with { Service = new(new TcpReadiness("tcp:1", 1), Service.DefaultReadyTimeout, Port: false) };
        Assert.Equal(Codes.Cycle, Assert.Single(Given.Problems(Given.Options, [service, Given.Subtask("test <- db")])).Code);
    }

    [Theory]
    [InlineData("serve {port}", "serve 81")]
    [InlineData("{port}{port}", "8181")]
    [InlineData("serve ${port} {ports}", "serve ${port} {ports}")]
    public void A_port_stands_where_it_was_asked_for(string text, string filled) => Assert.Equal(filled, OwnPort.Fill(text, 81));

    private ImmutableArray<Subtask> Parse(params (string, string)[] metadata) =>
        new SubtaskParser(Given.Options, new Dictionary<string, Team>(), diagnostics).Parse(Given.Declaration("it", metadata)) is { } subtask ? [subtask] : [];
}
