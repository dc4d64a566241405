using System.Xml.Linq;
using ParallelExec.Model;
using ParallelExec.TestKit;
using ParallelExec.TestResults;

namespace ParallelExec.Tests.TestResults;

/// <summary>TRX in, TRX and JUnit out.</summary>
public sealed class TestResultTests : IDisposable
{
    private readonly TestFolder folder = new("trx");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("   at Lib.Assert() in /_/src/Assert.cs:line 3\n   at N.C.M() in /repo/T.cs:line 12\n   at N.C.N() in /repo/T.cs:line 20", "/repo/T.cs", 12)]
    [InlineData("   bei N.C.M() in /repo/T.cs:Zeile 12.", "", 0)]
    [InlineData("   bei N.C.M() in /repo/T.cs:Zeile 12", "/repo/T.cs", 12)]
    [InlineData("   at N.C.M() in /repo/a b (1).cs:line 7", "/repo/a b (1).cs", 7)]
    [InlineData("   at Lib.Assert() in /_/src/Assert.cs:line 3", "", 0)]
    [InlineData("   at My.class with (and) a|b.fails, so.it is() in /repo/T.fs:line 16", "/repo/T.fs", 16)]
    [InlineData("   at N.C.M() in /repo/T.cs:line 99999999999999999999", "", 0)]
    [InlineData("   at N.C.M()", "", 0)]
    [InlineData("", "", 0)]
    public void A_failure_is_at_the_first_line_of_its_stack_trace_whose_file_is_there(string stackTrace, string file, int line) =>
        Assert.Equal(new SourceLocation(file, line), StackTracePlace.Of(stackTrace,
            path => path.StartsWith("/repo/", StringComparison.Ordinal) ? path : null));

    [Fact]
    public void Where_a_build_for_CI_wrote_no_root_the_file_is_looked_for_above_the_project()
    {
        string source = folder.Write("tests/Unit/T.cs", "");
        Func<string, string?> find = StackTracePlace.Near(folder.Combine("tests", "Unit", "Unit.csproj"));
        Assert.Equal(new SourceLocation(source, 12),
            StackTracePlace.Of("   at L.A() in /_/lib/A.cs:line 3\n   at N.C.M() in /_/tests/Unit/T.cs:line 12", find));
    }

    [Fact]
    public void What_is_written_is_read_again_whatever_characters_it_has()
    {
        string path = folder.Combine("a.trx");
        TestCase test = new("N.C.T(s: \"\u0001\ud800<&\U0001F600\")", "N.C", "T", TestOutcome.Failed, TimeSpan.FromMilliseconds(1234)) { Message = "a\u001bb", StackTrace = "at x", Output = "out" };
        TrxWriter.Write(path, [test, test with { Outcome = TestOutcome.Passed, FailedBefore = "once", Message = "" }], text => text);
        TrxContent read = TrxReader.TryRead(path)!;
        Assert.Equal(test with { Name = "N.C.T(s: \"\\x01\\ud800<&\U0001F600\")", Message = "a\\x1bb" }, read.Cases[0]);
        Assert.Equal(("once", TestOutcome.Passed), (read.Cases[1].FailedBefore, read.Cases[1].Outcome));
        Assert.Equal((2, 1, 1, 0, 1), TestTotals.Of(read.Cases, path) is var sum ? (sum.Total, sum.Passed, sum.Failed, sum.Skipped, sum.Flaky) : default);
    }

    [Fact]
    public void Rows_that_stand_in_their_test_are_the_tests()
    {
        folder.Write("a.trx", """
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
              <UnitTestResult testId="1" testName="T" outcome="Failed" duration="00:00:03"><Output><ErrorInfo><Message>one failed</Message></ErrorInfo></Output><InnerResults>
                <UnitTestResult testId="1" testName="T (1)" outcome="Passed" duration="00:00:01" />
                <UnitTestResult testId="1" testName="T (2)" outcome="Failed" duration="00:00:02"><Output><ErrorInfo><Message>no</Message></ErrorInfo></Output></UnitTestResult>
              </InnerResults></UnitTestResult>
              <UnitTestResult testId="2" testName="U" outcome="Timeout" />
            </Results>
            <TestDefinitions><UnitTest id="1"><TestMethod className="N.C, A, Version=1.0.0.0" name="T" /></UnitTest></TestDefinitions></TestRun>
            """);
        Assert.Equal(
            [("N.C.T (1)", TestOutcome.Passed, ""), ("N.C.T (2)", TestOutcome.Failed, "no"), ("U", TestOutcome.Failed, "")],
            TrxReader.TryRead(folder.Combine("a.trx"))!.Cases.Select(test => (test.FullName, test.Outcome, test.Message)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<TestRun><Results><UnitTestResult")]
    [InlineData("<other/>")]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"c\">]><TestRun>&b;</TestRun>")]
    public void A_file_that_is_no_TRX_is_none(string text)
    {
        folder.Write("a.trx", text);
        Assert.Null(TrxReader.TryRead(folder.Combine("a.trx")));
    }

    [Fact]
    public void JUnit_has_a_suite_for_each_with_counts_and_names()
    {
        TestCase failed = new("N.C.T(1)", "N.C", "T", TestOutcome.Failed, TimeSpan.FromMilliseconds(1500)) { Message = "no", StackTrace = "at" };
        JUnitWriter.Write(folder.Combine("a.xml"), [("unit", [failed, failed with { Outcome = TestOutcome.Skipped, Name = "Short" }])], text => text);
        XElement suite = XDocument.Load(folder.Combine("a.xml")).Root!.Element("testsuite")!;
        Assert.Equal("unit 2 1 0 1 3.000", string.Join(' ', suite.Attributes().Select(attribute => attribute.Value)));
        Assert.Equal(["N.C T(1)", "N.C Short"], suite.Elements("testcase").Select(one => $"{(string?)one.Attribute("classname")} {(string?)one.Attribute("name")}"));
        Assert.Equal("at", suite.Descendants("failure").Single().Value);
    }
}
