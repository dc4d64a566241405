using System.Collections.Immutable;
using System.Text;
using ParallelExec.Model;

namespace ParallelExec.Execution.Testing;

/// <summary>How the tests of an assembly are run once.</summary>
/// <param name="TrxFile">Where their results will be; absolute.</param>
internal sealed record TestCommand(ToolWork Tool, string TrxFile)
{
    /// <summary>Windows has 32,767 characters for a command line; elsewhere one argument has 128 KiB.</summary>
    private const int LongestArguments = 20_000;

    /// <summary>Where the host tells each test's beginning and end; it writes them to its output.</summary>
    public bool TellsTests { get; init; }

    /// <summary>All hosts read further arguments from a file behind <c>@</c>, in which a line is one.</summary>
    public TestCommand WithShortArguments(string folder, int from, Func<string, string> quote)
    {
        if (Tool.Arguments.Sum(argument => argument.Length + 3) <= LongestArguments)
            return this;
        string file = Path.Combine(folder, "arguments.rsp");
        File.WriteAllLines(file, Tool.Arguments.Skip(from).Select(quote), new UTF8Encoding(false));
        return this with { Tool = Tool with { Arguments = [.. Tool.Arguments.Take(from), "@" + file] } };
    }
}
