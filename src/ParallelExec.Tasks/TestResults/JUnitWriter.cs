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
            WriteSuite(xml, suite, cases, hide);
        xml.WriteEndElement();
    });

    public static void WriteSuite(XmlWriter xml, string suite, IReadOnlyCollection<TestCase> cases, SecretText hide)
    {
        StartSuite(xml, suite, cases.Count, cases.Count(test => test.Outcome == TestOutcome.Failed),
            cases.Count(test => test.Outcome == TestOutcome.Skipped),
            cases.Aggregate(TimeSpan.Zero, (sum, test) => sum + test.Duration));
        foreach (TestCase test in cases)
            WriteCase(xml, test, hide);
        xml.WriteEndElement();
    }

    public static void StartSuite(XmlWriter xml, string name, int tests, int failures, int skipped, TimeSpan time)
    {
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", XmlText.Of(name));
        WriteCount("tests", tests);
        WriteCount("failures", failures);
        WriteCount("errors", 0);
        WriteCount("skipped", skipped);
        xml.WriteAttributeString("time", Seconds(time));

        void WriteCount(string attribute, int count) => xml.WriteAttributeString(attribute, count.ToString(CultureInfo.InvariantCulture));
    }

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

    public static void WriteProblem(XmlWriter xml, string element, string message, string text)
    {
        xml.WriteStartElement(element);
        xml.WriteAttributeString("message", XmlText.Of(message));
        if (text.Length > 0)
            xml.WriteString(XmlText.Of(text));
        xml.WriteEndElement();
    }

    public static string Seconds(TimeSpan duration) => duration.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
}
