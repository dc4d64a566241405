using System.Collections.Immutable;
using System.Text;

namespace ParallelExec.Exchange;

/// <summary>
/// The values that become environment variables. Systems bound the size of an environment: what does not fit is in the context file only.
/// </summary>
/// <param name="Values">By the names of their variables.</param>
/// <param name="LeftOut">The names of the variables that there would be otherwise.</param>
internal sealed record HandedOnVariables(ImmutableArray<KeyValuePair<string, string>> Values, ImmutableArray<string> LeftOut)
{
    /// <summary>In characters. Linux allows 128 KiB for one variable, and a character can take three bytes.</summary>
    private const int LongestValue = 30_000;

    /// <summary>
    /// Of all names and values together, in bytes: macOS allows 1 MiB for arguments and environment in all, Linux usually 2 MiB, and the
    /// build's own is to fit too.
    /// </summary>
    private const int LongestSum = 256 * 1024;

    /// <summary>The `=`, the zero at the end, and where the system notes it.</summary>
    private const int Overhead = 10;

    /// <summary>The smallest first: so most of them are there.</summary>
    /// <param name="all">By the names of their variables.</param>
    public static HandedOnVariables Of(IReadOnlyCollection<KeyValuePair<string, string>> all)
    {
        if (all.Count == 0)
            return new HandedOnVariables([], []);
        var taken = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        var left = ImmutableArray.CreateBuilder<string>();
        int sum = 0;
        foreach ((KeyValuePair<string, string> variable, int size) in all
            .Select(variable => (variable, Size: variable.Key.Length + Encoding.UTF8.GetByteCount(variable.Value) + Overhead))
            .OrderBy(each => each.Size).ThenBy(each => each.variable.Key, StringComparer.Ordinal))
        {
            if (variable.Value.Length > LongestValue || sum + size > LongestSum)
            {
                left.Add(variable.Key);
                continue;
            }
            sum += size;
            taken.Add(variable);
        }
        return new HandedOnVariables(taken.ToImmutable(), left.ToImmutable());
    }
}
