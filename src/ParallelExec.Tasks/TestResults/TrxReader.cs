using System.Collections.Immutable;
using System.Globalization;
using System.Xml;

namespace ParallelExec.TestResults;

/// <summary>Reads TRX files, as all hosts of .NET write them.</summary>
internal static class TrxReader
{
    /// <summary>How the message of a test begins that failed before it passed, in files that we write.</summary>
    public const string Flaky = "Flaky, it failed before: ";

    private static readonly XmlReaderSettings Settings =
        new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CheckCharacters = false, CloseInput = true };

    /// <returns>Null where there is no such file, or it is none or only a half of one.</returns>
    public static TrxContent? TryRead(string path)
    {
        try
        {
            using XmlReader xml = XmlReader.Create(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Settings);
            return Read(xml);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or XmlException)
        {
            return null;
        }
    }

    private static TrxContent? Read(XmlReader xml)
    {
        var results = new List<(string TestId, TestCase Case)>();
        var methods = new Dictionary<string, (string ClassName, string Method)>(StringComparer.Ordinal);
        string error = "", testId = "";
        bool aborted = false;
        if (xml.MoveToContent() != XmlNodeType.Element || xml.LocalName != "TestRun")
            return null;
        xml.Read();
        while (!xml.EOF)
        {
            if (xml.NodeType != XmlNodeType.Element)
            {
                xml.Read();
                continue;
            }
            switch (xml.LocalName)
            {
                case "UnitTestResult":
                    AddResults(xml, results);
                    continue;
                case "UnitTest":
                    testId = xml.GetAttribute("id") ?? "";
                    break;
                case "TestMethod":
                    methods[testId] = (ClassName(xml.GetAttribute("className") ?? ""), xml.GetAttribute("name") ?? "");
                    break;
                case "ResultSummary":
                    aborted |= xml.GetAttribute("outcome") is "Aborted" or "Error";
                    break;
                case "RunInfo" when xml.GetAttribute("outcome") is "Error":
                    string text = TextOf(xml.ReadInnerXml());
                    // xUnit tells each failed test here too.
                    if (!text.TrimStart().StartsWith("[xUnit.net", StringComparison.Ordinal))
                        error += text.Trim() + "\n";
                    aborted |= text.Contains("test run was aborted", StringComparison.OrdinalIgnoreCase)
                        || text.Contains("Test host process crashed", StringComparison.Ordinal);
                    continue;
            }
            xml.Read();
        }
        return new TrxContent([.. results.Select(Named)]) { Error = error.Trim(), IsAborted = aborted };

        TestCase Named((string TestId, TestCase Case) result) =>
            methods.TryGetValue(result.TestId, out (string ClassName, string Method) method)
            ? result.Case with { ClassName = method.ClassName, Method = method.Method }
            : result.Case;
    }

    // Leaves the reader behind the element.
    private static void AddResults(XmlReader xml, List<(string TestId, TestCase Case)> results)
    {
        string name = xml.GetAttribute("testName") ?? "", testId = xml.GetAttribute("testId") ?? "";
        TestOutcome outcome = OutcomeOf(xml.GetAttribute("outcome"));
        _ = TimeSpan.TryParse(xml.GetAttribute("duration"), CultureInfo.InvariantCulture, out TimeSpan duration);
        string message = "", stack = "", output = "";
        int before = results.Count;
        using (XmlReader inner = xml.ReadSubtree())
        {
            inner.Read();
            bool more = inner.Read();
            while (more && !inner.EOF)
            {
                if (inner.NodeType == XmlNodeType.Element && inner.LocalName == "UnitTestResult")
                    AddResults(inner, results);
                else if (inner.NodeType == XmlNodeType.Element && inner.LocalName is "Message" && inner.Depth == 3)
                    message = inner.ReadElementContentAsString();
                else if (inner.NodeType == XmlNodeType.Element && inner.LocalName is "StackTrace" && inner.Depth == 3)
                    stack = inner.ReadElementContentAsString();
                else if (inner.NodeType == XmlNodeType.Element && inner.LocalName is "StdOut" && inner.Depth == 2)
                    output = inner.ReadElementContentAsString();
                else
                    more = inner.Read();
            }
        }
        xml.Read();
        // The rows of a test with data stand in it; they are what was run.
        if (results.Count > before)
            return;
        bool flaky = outcome == TestOutcome.Passed && message.StartsWith(Flaky, StringComparison.Ordinal);
        results.Add((testId, new TestCase(name, "", name, outcome, duration)
        {
            Message = flaky ? "" : message.Trim(),
            StackTrace = stack,
            Output = output,
            FailedBefore = flaky ? message[Flaky.Length..] : null,
        }));
    }

    private static TestOutcome OutcomeOf(string? outcome) => outcome switch
    {
        "Passed" or "PassedButRunAborted" or "Warning" or "Completed" => TestOutcome.Passed,
        "NotExecuted" or "NotRunnable" or "Inconclusive" or "Pending" or "Disconnected" or null => TestOutcome.Skipped,
        _ => TestOutcome.Failed,
    };

    // Some write the assembly's name behind it.
    private static string ClassName(string name) => name.IndexOf(", ", StringComparison.Ordinal) is > 0 and int at
        && name.Contains("Version=", StringComparison.Ordinal) ? name[..at] : name;

    private static string TextOf(string inner)
    {
        using XmlReader text = XmlReader.Create(new StringReader($"<x>{inner}</x>"), Settings);
        text.MoveToContent();
        string all = "";
        while (text.Read())
            all += text.NodeType is XmlNodeType.Text or XmlNodeType.CDATA ? text.Value : "";
        return all;
    }
}

/// <summary>What a TRX file says.</summary>
internal sealed record TrxContent(ImmutableArray<TestCase> Cases)
{
    /// <summary>Of the host, not of a test; empty = none.</summary>
    public string Error { get; init; } = "";

    /// <summary>The host did not come to its end.</summary>
    public bool IsAborted { get; init; }
}
