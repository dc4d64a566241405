using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.State;
using ParallelExec.TestResults;
using XmlText = ParallelExec.TestResults.XmlText;

namespace ParallelExec.Reporting.Reports;

/// <summary><c>junit.xml</c>: each subtask is a case, and each test of a suite is one too.</summary>
internal static class JUnitReport
{
    public const string Name = "junit.xml";

    public static void Write(string directory, RecordedRun run, Func<string, string> hide) =>
        WholeFile.Write(Path.Combine(directory, Name), stream =>
        {
            using XmlWriter xml = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false) });
            RecordedSubtask[] cases = [.. run.Subtasks.Where(subtask => subtask.Wave > 0)];
            xml.WriteStartElement("testsuites");
            JUnitWriter.StartSuite(
                xml, ProjectOf(run), cases.Length, cases.Count(IsFailure), cases.Count(IsSkipped), run.Duration);
            xml.WriteAttributeString(
                "timestamp", run.StartedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
            foreach (RecordedSubtask subtask in cases)
                WriteCase(xml, directory, run, subtask);
            xml.WriteEndElement();
            foreach (RecordedSubtask subtask in cases.Where(subtask => subtask.Kind == "Test"))
            {
                if (Cases(directory, subtask) is { Length: > 0 } tests)
                    JUnitWriter.WriteSuite(xml, subtask.Id, tests, text => hide(text));
            }
            xml.WriteEndElement();
        });

    public static ImmutableArray<TestCase> Cases(string directory, RecordedSubtask subtask) =>
        subtask.Status is SubtaskStatus.Skipped ? []
            : TrxReader.TryRead(TestFiles.ResultOf(directory, subtask.Id))?.Cases ?? [];

    private static void WriteCase(XmlWriter xml, string directory, RecordedRun run, RecordedSubtask subtask)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", XmlText.Of(subtask.Group.Length > 0 ? subtask.Group : ProjectOf(run)));
        xml.WriteAttributeString("name", XmlText.Of(subtask.Id));
        xml.WriteAttributeString("time", JUnitWriter.Seconds(subtask.Status == SubtaskStatus.Skipped ? TimeSpan.Zero : subtask.Duration));
        if (IsFailure(subtask))
            JUnitWriter.WriteProblem(xml, "failure", subtask.Reason, string.Join('\n', LogTail.Of(directory, subtask, LogTail.OfFailures)));
        else if (IsSkipped(subtask))
            JUnitWriter.WriteProblem(
                xml, "skipped", subtask.IsForgiven ? $"failed, which is allowed: {subtask.Reason}" : subtask.Reason, "");
        xml.WriteEndElement();
    }

    // What may fail does not turn a build red here either.
    private static bool IsFailure(RecordedSubtask subtask) => subtask is { IsFailure: true, IsForgiven: false };

    private static bool IsSkipped(RecordedSubtask subtask) =>
        subtask.IsForgiven || subtask.Status is SubtaskStatus.Skipped or SubtaskStatus.Cancelled;

    private static string ProjectOf(RecordedRun run) => Path.GetFileNameWithoutExtension(run.Project);
}
