using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using ParallelExec.TestResults;

namespace ParallelExec.Execution.Testing;

/// <summary>Which tests of an assembly are run, in the two ways in which hosts are told.</summary>
/// <param name="Expression">As <c>dotnet test --filter</c> has it; empty = all.</param>
internal sealed record TestSelection(string Expression)
{
    private static readonly SearchValues<char> Special = SearchValues.Create("\\()&|=!~");

    public static readonly TestSelection All = new("");

    /// <summary>Classes to run; none = all.</summary>
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>Classes not to run.</summary>
    public ImmutableArray<string> NotClasses { get; init; } = [];

    /// <summary>Failed ones that are run again; none = no such choice.</summary>
    public ImmutableArray<TestCase> Tests { get; init; } = [];

    public static TestSelection Of(IEnumerable<TestCase> failed)
    {
        ImmutableArray<TestCase> tests = [.. failed];
        return new TestSelection(string.Join('|', tests.Select(test => test.QualifiedName).Distinct(StringComparer.Ordinal)
            .Select(name => FirstWord(name) is { } word ? $"FullyQualifiedName~{Escape(word)}" : $"FullyQualifiedName={Escape(name)}")
            .Distinct(StringComparer.Ordinal)))
        { Tests = tests };
    }

    /// <summary>Only what the user's own filter leaves, too.</summary>
    public string And(string filter) =>
        filter.Length == 0 ? Expression : Expression.Length == 0 ? filter : $"({filter})&({Expression})";

    /// <summary>NUnit takes a filter apart at each blank: of such a name only what is before the first can be asked for.</summary>
    /// <returns>Null where there is no blank in it.</returns>
    public static string? FirstWord(string name)
    {
        for (int at = 0; at < name.Length; at++)
        {
            if (char.IsWhiteSpace(name[at]))
                return name[..at];
        }
        return null;
    }

    public static string Escape(string value)
    {
        if (!value.AsSpan().ContainsAny(Special))
            return value;
        var escaped = new StringBuilder(value.Length + 8);
        foreach (char c in value)
            (Special.Contains(c) ? escaped.Append('\\') : escaped).Append(c);
        return escaped.ToString();
    }
}
