using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using ParallelExec.Files;

namespace ParallelExec.TestResults;

/// <summary>Writes TRX files: the form that Azure DevOps and editors read.</summary>
internal static class TrxWriter
{
    private const string UnitTestType = "13cdc9d9-ddb5-4fa4-a97d-d965ccfc6d4b", AllLoaded = "19431567-8539-422a-85d7-44ee4e166bda";

    public static void Write(string path, IReadOnlyCollection<TestCase> cases, SecretText hide) => WholeFile.Write(path, stream =>
    {
        using XmlWriter xml = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false) });
        (TestCase Case, Guid Id)[] all = [.. cases.Select((test, number) => (test, IdOf($"{number} {test.FullName}")))];
        xml.WriteStartElement("TestRun", "http://microsoft.com/schemas/VisualStudio/TeamTest/2010");
        xml.WriteAttributeString("id", IdOf(path).ToString());
        xml.WriteAttributeString("name", "ParallelExec");
        xml.WriteStartElement("Results");
        foreach ((TestCase test, Guid id) in all)
            WriteResult(xml, test, id, hide);
        xml.WriteEndElement();
        xml.WriteStartElement("TestDefinitions");
        foreach ((TestCase test, Guid id) in all)
        {
            xml.WriteStartElement("UnitTest");
            xml.WriteAttributeString("name", XmlText.Of(hide(test.Name)));
            xml.WriteAttributeString("id", id.ToString());
            xml.WriteStartElement("Execution");
            xml.WriteAttributeString("id", id.ToString());
            xml.WriteEndElement();
            xml.WriteStartElement("TestMethod");
            xml.WriteAttributeString("codeBase", "");
            xml.WriteAttributeString("className", XmlText.Of(hide(test.ClassName)));
            xml.WriteAttributeString("name", XmlText.Of(hide(test.Method)));
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
        xml.WriteStartElement("TestLists");
        xml.WriteStartElement("TestList");
        xml.WriteAttributeString("name", "All Loaded Results");
        xml.WriteAttributeString("id", AllLoaded);
        xml.WriteEndElement();
        xml.WriteEndElement();
        WriteCounters(xml, cases);
        xml.WriteEndElement();
    });

    private static void WriteResult(XmlWriter xml, TestCase test, Guid id, SecretText hide)
    {
        xml.WriteStartElement("UnitTestResult");
        xml.WriteAttributeString("executionId", id.ToString());
        xml.WriteAttributeString("testId", id.ToString());
        xml.WriteAttributeString("testName", XmlText.Of(hide(test.Name)));
        xml.WriteAttributeString("duration", test.Duration.ToString("c", CultureInfo.InvariantCulture));
        xml.WriteAttributeString("testType", UnitTestType);
        xml.WriteAttributeString("outcome", test.Outcome == TestOutcome.Skipped ? "NotExecuted" : test.Outcome.ToString());
        xml.WriteAttributeString("testListId", AllLoaded);
        string message = test.FailedBefore is { } before ? TrxReader.Flaky + before : test.Message;
        if (message.Length + test.StackTrace.Length + test.Output.Length > 0)
        {
            xml.WriteStartElement("Output");
            if (test.Output.Length > 0)
                xml.WriteElementString("StdOut", XmlText.Of(hide(test.Output)));
            if (message.Length + test.StackTrace.Length > 0)
            {
                xml.WriteStartElement("ErrorInfo");
                xml.WriteElementString("Message", XmlText.Of(hide(message)));
                if (test.StackTrace.Length > 0)
                    xml.WriteElementString("StackTrace", XmlText.Of(hide(test.StackTrace)));
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void WriteCounters(XmlWriter xml, IReadOnlyCollection<TestCase> cases)
    {
        Model.TestSummary sum = TestTotals.Of(cases, "");
        xml.WriteStartElement("ResultSummary");
        xml.WriteAttributeString("outcome", sum.Failed > 0 ? "Failed" : "Completed");
        xml.WriteStartElement("Counters");
        foreach ((string name, int count) in new[] { ("total", sum.Total), ("executed", sum.Passed + sum.Failed), ("passed", sum.Passed),
            ("failed", sum.Failed), ("notExecuted", sum.Skipped) })
            xml.WriteAttributeString(name, count.ToString(CultureInfo.InvariantCulture));
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static Guid IdOf(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}

/// <summary>Hides what must not be read in a text.</summary>
internal delegate string SecretText(string text);
