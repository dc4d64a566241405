using System.Collections;
using Microsoft.Build.Framework;
using ParallelExec.Model;
using ParallelExec.Tasks;

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
