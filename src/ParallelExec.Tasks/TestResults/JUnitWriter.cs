using System.Globalization;
using System.Text;
using System.Xml;
using ParallelExec.Files;

namespace ParallelExec.TestResults;

/// <summary>Writes the form that most CIs read; <c>flakyFailure</c> is Surefire's.</summary>
internal static class JUnitWriter
{
    public static void Write(
        string path, IReadOnlyCollection<(string Suite, IReadOnlyCollection<TestCase> Cases)> suites, SecretText hide) =>
        WholeFile.Write(path, stream =>
    {
        using XmlWriter xml = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false) });
        xml.WriteStartElement("testsuites");
        foreach ((string suite, IReadOnlyCollection<TestCase> cases) in suites)
        {
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", XmlText.Of(suite));
            WriteCount("tests", cases.Count);
            WriteCount("failures", cases.Count(test => test.Outcome == TestOutcome.Failed));
            WriteCount("errors", 0);
            WriteCount("skipped", cases.Count(test => test.Outcome == TestOutcome.Skipped));
            xml.WriteAttributeString("time", Seconds(cases.Aggregate(TimeSpan.Zero, (sum, test) => sum + test.Duration)));
            foreach (TestCase test in cases)
                WriteCase(xml, test, hide);
            xml.WriteEndElement();
        }
        xml.WriteEndElement();

        void WriteCount(string name, int count) => xml.WriteAttributeString(name, count.ToString(CultureInfo.InvariantCulture));
    });

    private static void WriteCase(XmlWriter xml, TestCase test, SecretText hide)
    {
        string name = test.FullName.StartsWith(test.ClassName + ".", StringComparison.Ordinal)
            ? test.FullName[(test.ClassName.Length + 1)..] : test.Name;
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", XmlText.Of(hide(test.ClassName)));
        xml.WriteAttributeString("name", XmlText.Of(hide(name)));
        xml.WriteAttributeString("time", Seconds(test.Duration));
        if (test.Outcome == TestOutcome.Failed)
            WriteProblem(xml, "failure", hide(test.Message), hide(test.StackTrace));
        else if (test.Outcome == TestOutcome.Skipped)
            WriteProblem(xml, "skipped", hide(test.Message), "");
        else if (test.FailedBefore is { } before)
            WriteProblem(xml, "flakyFailure", hide(before), "");
        if (test.Output.Length > 0)
            xml.WriteElementString("system-out", XmlText.Of(hide(test.Output)));
        xml.WriteEndElement();
    }

    private static void WriteProblem(XmlWriter xml, string element, string message, string text)
    {
        xml.WriteStartElement(element);
        xml.WriteAttributeString("message", XmlText.Of(message));
        if (text.Length > 0)
            xml.WriteString(XmlText.Of(text));
        xml.WriteEndElement();
    }

    private static string Seconds(TimeSpan duration) => duration.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
}
