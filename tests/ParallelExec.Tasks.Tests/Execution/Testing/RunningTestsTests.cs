using ParallelExec.Execution.Testing;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Execution.Testing;

/// <summary>Which test ran when its host died.</summary>
public sealed class RunningTestsTests : IDisposable
{
    private static readonly string Here = typeof(RunningTestsTests).FullName!;
    private readonly TestFolder folder = new("running");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Process terminated.\n   at System.Environment.FailFast()\n   at Lib.C.M()\n   at HERE.A_test()\n   at Lib.Run()\nfailed B\n   at HERE.B()", "HERE.A_test")]
    [InlineData("Unhandled exception. System.Exception: x\n   at HERE+<A_test>d__3.MoveNext() in /x.cs:line 1", "HERE.A_test")]
    [InlineData("Stack overflow.\nRepeat 9 times:\n--------\n   at HERE.A_test[[System.__Canon, Lib]](System.Object)", "HERE.A_test")]
    [InlineData("  Failed A\n   at HERE.A_test()\nProcess terminated.\n   at Lib.C.M()", "")]
    [InlineData("   at HERE.A_test()", "")]
    [InlineData("Stack overflow.\nRepeated 9 times:\n--------\n   at HERE.Deeper(Int32)\n--------\n   at HERE.A_test()\n   at Lib.Run()", "HERE.A_test")]
    public void The_stack_trace_of_its_end_has_it(string log, string expected)
    {
        string file = folder.Write("a.log", "old Process terminated.\n" + log.Replace("HERE", Here, StringComparison.Ordinal));
        Assert.Equal(expected.Replace("HERE", Here, StringComparison.Ordinal),
            string.Join(' ', RunningTests.InStackTrace(file, 24, typeof(RunningTestsTests).Assembly.Location)));
    }
}
