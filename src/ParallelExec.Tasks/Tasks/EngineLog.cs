using System.Collections.Concurrent;
using Microsoft.Build.Framework;
using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.Reporting;

namespace ParallelExec.Tasks;

/// <summary>
/// Collects what is to be logged, from any thread, in order, with its true time. The engine is called only by whoever drains it: a task
/// may log only on a thread and at a time at which the engine lets it.
/// </summary>
internal sealed class EngineLog(bool terminalLogger) : IRunLog
{
    private readonly ConcurrentQueue<BuildEventArgs> waiting = new();
    private readonly Lock draining = new();

    /// <summary>Called when there is something to drain.</summary>
    public Action Added { get; set; } = () => { };

    public void Message(string text) => Add(terminalLogger
        // The terminal logger shows messages of this kind at once, others not at all; for every other logger it is a plain message.
        ? new ExtendedBuildMessageEventArgs("TLTESTOUTPUT", text, null, "ParallelExec", MessageImportance.High)
        : new BuildMessageEventArgs(text, null, "ParallelExec", MessageImportance.High));

    public void Status(string text)
    {
        if (!terminalLogger)
            return;
        Add(new ExtendedBuildMessageEventArgs("TLTESTPASSED", text, null, "ParallelExec", MessageImportance.High)
        {
            ExtendedMetadata = new Dictionary<string, string?> { ["localizedResult"] = "", ["displayName"] = text },
        });
    }

    public void Report(Diagnostic diagnostic)
    {
        SourceLocation at = diagnostic.Origin is { } origin ? ItemLocator.Locate(origin, diagnostic.Metadata) : new SourceLocation("");
        const string Help = "https://github.com/parallelexec/parallelexec/blob/main/docs/errors.md";
        Add(diagnostic.Severity == Severity.Error
            ? new BuildErrorEventArgs(null, diagnostic.Code, at.File, at.Line, at.Column, 0, 0, diagnostic.Message, null, "ParallelExec", $"{Help}#{diagnostic.Code}", DateTime.UtcNow)
            : new BuildWarningEventArgs(null, diagnostic.Code, at.File, at.Line, at.Column, 0, 0, diagnostic.Message, null, "ParallelExec", $"{Help}#{diagnostic.Code}", DateTime.UtcNow));
    }

    public bool TryDiagnosticLine(string line, string subtaskId, bool asWarning)
    {
        BuildEventArgs? parsed = DiagnosticLine.Parse(line, subtaskId, asWarning);
        if (parsed is null)
            return false;
        Add(parsed);
        return true;
    }

    /// <summary>Hands what waits to the engine. Where somebody is draining already, that one takes this too.</summary>
    public void DrainTo(IBuildEngine engine)
    {
        while (!waiting.IsEmpty && draining.TryEnter())
        {
            try
            {
                while (waiting.TryDequeue(out BuildEventArgs? happened))
                    Log(engine, happened);
            }
            finally
            {
                draining.Exit();
            }
        }
    }

    private static void Log(IBuildEngine engine, BuildEventArgs happened)
    {
        switch (happened)
        {
            case BuildErrorEventArgs error:
                engine.LogErrorEvent(error);
                break;
            case BuildWarningEventArgs warning:
                engine.LogWarningEvent(warning);
                break;
            case BuildMessageEventArgs message:
                engine.LogMessageEvent(message);
                break;
        }
    }

    private void Add(BuildEventArgs happened)
    {
        waiting.Enqueue(happened);
        Added();
    }
}
