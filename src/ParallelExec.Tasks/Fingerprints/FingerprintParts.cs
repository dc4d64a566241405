using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using ParallelExec.Model;

namespace ParallelExec.Fingerprints;

/// <summary>What a fingerprint is made of, by name: only digests, so that nothing that is secret is kept.</summary>
internal sealed class FingerprintParts
{
    private readonly Dictionary<string, string> digests = new(StringComparer.Ordinal);

    /// <param name="value">What is empty is no part.</param>
    public void Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            digests[name] = Hash(value);
    }

    public void AddDigest(string name, string digest) => digests[name] = digest;

    public Fingerprint ToFingerprint()
    {
        // All in one: asking the library of the system for each part costs more than the hashing.
        var all = new StringBuilder();
        string[] names = [.. digests.Keys];
        Array.Sort(names, StringComparer.Ordinal);
        var sorted = new KeyValuePair<string, string>[names.Length];
        bool isKnown = true;
        for (int i = 0; i < names.Length; i++)
        {
            string digest = digests[names[i]];
            sorted[i] = new(names[i], digest);
            isKnown &= digest is not (Fingerprint.Unreadable or Fingerprint.NoRegularFile);
            all.Append(names[i]).Append('\0').Append(digest).Append('\n');
        }
        var fingerprint = new Fingerprint(
            ImmutableCollectionsMarshal.AsImmutableArray(sorted),
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString()))));
        return isKnown ? fingerprint : fingerprint.Unsettle([]);
    }

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
