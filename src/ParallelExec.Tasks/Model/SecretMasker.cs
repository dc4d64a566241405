using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;

namespace ParallelExec.Model;

/// <summary>Replaces the values of secrets by <c>***</c>: in output as it streams by, and in texts that are reported.</summary>
internal sealed class SecretMasker
{
    private const string Mask = "***";
    private static readonly JavaScriptEncoder Relaxed = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
    private static readonly byte[] MaskBytes = "***"u8.ToArray();
    private readonly string[] secrets;
    private readonly byte[][] secretBytes;
    private readonly SearchValues<byte> firstBytes;

    private SecretMasker(string[] secrets, string[] lines)
    {
        (this.secrets, Lines) = (secrets, lines);
        secretBytes = [.. secrets.Select(Encoding.UTF8.GetBytes)];
        // The longest text need not have the most bytes.
        HoldBack = secretBytes.Max(secret => secret.Length) - 1;
        firstBytes = SearchValues.Create([.. secretBytes.Select(secret => secret[0])]);
    }

    /// <returns>Null where there is nothing to hide.</returns>
    public static SecretMasker? For(IEnumerable<string> values)
    {
        // The longest first: a secret that is part of another must not leave the rest of it. Of a secret with
        // several lines each line is hidden too, for output that is cut into lines; and what JSON makes of it, as this
        // framework writes it, and as most others do.
        string[] lines = [.. values
            .SelectMany(value => value.Split('\n', StringSplitOptions.TrimEntries))
            .Where(value => value.Length > 0)
            .Distinct(StringComparer.Ordinal)];
        string[] secrets = [.. values
            .Select(value => value.Trim())
            .Where(value => value.Length > 0)
            .Concat(lines)
            .SelectMany(value => new[] { value, JavaScriptEncoder.Default.Encode(value), Relaxed.Encode(value) })
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(value => value.Length)
            .ThenBy(value => value, StringComparer.Ordinal)];
        return secrets.Length == 0 ? null : new SecretMasker(secrets, lines);
    }

    public string Apply(string text) => secrets.Aggregate(text, (masked, secret) => masked.Replace(secret, Mask, StringComparison.Ordinal));

    /// <summary>Each line of each secret, as it is.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>How many bytes may be the beginning of a secret, and so have to wait for what follows.</summary>
    public int HoldBack { get; }

    /// <summary>Writes <paramref name="buffer"/> masked; the last <see cref="HoldBack"/> bytes are kept unless it is the end.</summary>
    /// <returns>How many bytes of it were used up.</returns>
    public int Write(ReadOnlySpan<byte> buffer, bool isEnd, Stream target)
    {
        int at = 0, from = 0;
        int last = isEnd ? buffer.Length : buffer.Length - HoldBack;
        while (at < last)
        {
            int candidate = buffer[at..last].IndexOfAny(firstBytes);
            if (candidate < 0)
            {
                at = last;
                break;
            }
            at += candidate;
            byte[]? secret = Starting(buffer[at..]);
            if (secret is null)
            {
                at++;
                continue;
            }
            target.Write(buffer[from..at]);
            target.Write(MaskBytes);
            at += secret.Length;
            from = at;
        }
        if (at > from)
            target.Write(buffer[from..at]);
        return Math.Max(at, 0);
    }

    private byte[]? Starting(ReadOnlySpan<byte> text)
    {
        foreach (byte[] secret in secretBytes)
        {
            if (text.StartsWith(secret))
                return secret;
        }
        return null;
    }
}
