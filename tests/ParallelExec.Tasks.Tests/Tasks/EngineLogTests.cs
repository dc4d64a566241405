using System.Collections;
using Microsoft.Build.Framework;
using ParallelExec.Model;
using ParallelExec.Reporting.Ci;
using ParallelExec.Tasks;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Tasks;

public sealed class EngineLogTests : IDisposable
{
    private readonly EngineLog log = new(terminalLogger: false) { Masker = SecretMasker.For(["hunter2"]) };

    public void Dispose() => log.Dispose();

    [Fact]
    public void A_secret_is_masked_in_messages_and_errors_whoever_tells_them()
    {
        log.Message("a hunter2");
        log.Report(Diagnostic.Error(Codes.HandOver, "line 1 is hunter2"));
        log.Report(Diagnostic.Warning(Codes.VersionUnknown, "it wrote hunter2"));
        log.TryDiagnosticLine("x.cs(1,2): error X1: hunter2 is no type", "a", asWarning: false);

        Assert.Equal(["a ***", "PEX3006 line 1 is ***", "PEX4007 it wrote ***", "X1 *** is no type"], Logged());
    }

    [Fact]
    public void No_text_rings_a_bell_or_commands_a_CI_whoever_tells_it()
    {
        using var inCi = new EngineLog(terminalLogger: false) { InCi = true };
        inCi.Message("a |\a\n::error::x ##vso[y]");
        inCi.Report(Diagnostic.Error(Codes.HandOver, "::set-output name=\e[2J"));
        inCi.TryDiagnosticLine("\e.cs(1,2): error X1: ##teamcity[z]", "a", asWarning: false);
        Assert.Equal(["a |\uFFFD\n: :error::x ## vso[y]", "PEX3006 : :set-output name=\uFFFD[2J", "X1 ## teamcity[z]"], Logged(inCi));
    }

    [Fact]
    public void While_another_node_shows_messages_errors_stay_here_and_all_that_was_not_shown_comes_in_order()
    {
        using var folder = new TestFolder();
        Assert.True(log.TryForwardTo(folder.Path));
        log.Message("shown");
        log.Report(Diagnostic.Error(Codes.ExitCode, "first"));
        log.Message("left");
        log.Report(Diagnostic.Warning(Codes.VersionUnknown, "second"));
        Assert.Equal([], Logged());

        log.StopForwarding(shown: 1);
        Assert.Equal(["PEX3001 first", "left", "PEX4007 second"], Logged());
        Assert.Equal(["shown", "left"], folder.ReadLines("log.ndjson").Select(line => LogEntry.FromJsonLine(line).Text));
    }

    [Fact]
    public void An_engine_of_CI_is_told_of_an_error_once_more_in_its_own_form_and_nobody_ends_that_form()
    {
        log.InCi = true;
        log.Issues = new CiIssues(new AzurePipelines(), onlyIn: null);
        log.Report(Diagnostic.Error(Codes.HandOver, "hunter2 ] ##vso[task.complete result=Failed]\n##[endgroup]"));
        log.TryDiagnosticLine("x.cs(1,2): error X1: no type", "a", asWarning: true);

        Assert.Equal(
            [
                "PEX3006 *** ] ## vso[task.complete result=Failed]\n## [endgroup]",
                "##vso[task.logissue type=error;code=PEX3006;]*** %5D ##vso[task.complete result=Failed%5D%0A##[endgroup%5D",
                "X1 no type",
                "##vso[task.logissue type=warning;sourcepath=x.cs;linenumber=1;columnnumber=2;code=X1;]no type",
            ],
            Logged());
    }

    [Fact]
    public void Commands_are_left_out_where_something_would_stand_in_front_of_them()
    {
        using var terminal = new EngineLog(terminalLogger: true);
        terminal.Command("::group::a");
        Assert.Empty(Logged(terminal));

        using var folder = new TestFolder();
        Assert.True(log.TryForwardTo(folder.Path));
        log.Command("##[group]a", atLineStart: true);
        log.Command("##vso[task.setprogress value=1;]a");
        log.StopForwarding(shown: 0);
        Assert.Equal(["##vso[task.setprogress value=1;]a"], Logged());
    }

    [Fact]
    public void For_the_terminal_logger_a_message_says_that_it_is_to_be_shown()
    {
        using var terminal = new EngineLog(terminalLogger: true);
        terminal.Message("a");
        terminal.Report(Diagnostic.Error(Codes.ExitCode, "b"));
        Assert.Equal([$"{LogEntry.ShownAtOnce}a", "PEX3001 b"], Logged(terminal));
    }

    private List<string> Logged() => Logged(log);

    private static List<string> Logged(EngineLog log)
    {
        var engine = new Recorder();
        log.DrainTo(engine);
        return engine.Texts;
    }

    private sealed class Recorder : IBuildEngine
    {
        public List<string> Texts { get; } = [];
        public bool ContinueOnError => false;
        public int LineNumberOfTaskNode => 0;
        public int ColumnNumberOfTaskNode => 0;
        public string ProjectFileOfTaskNode => "";

        public void LogErrorEvent(BuildErrorEventArgs e) => Texts.Add($"{e.Code} {e.Message}");
        public void LogWarningEvent(BuildWarningEventArgs e) => Texts.Add($"{e.Code} {e.Message}");
        public void LogMessageEvent(BuildMessageEventArgs e) => Texts.Add(e.Message ?? "");
        public void LogCustomEvent(CustomBuildEventArgs e) => Texts.Add(e.Message ?? "");

        public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => false;
    }
}
