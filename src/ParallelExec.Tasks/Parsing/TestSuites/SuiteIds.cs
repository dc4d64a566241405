using System.Text;

namespace ParallelExec.Parsing.TestSuites;

/// <summary>What suites are called: as they say themselves, or after their project.</summary>
internal static class SuiteIds
{
    /// <summary>One for each item. Where several are the same, nothing but an <c>Id</c> of their own tells them apart.</summary>
    public static string[] Of(IReadOnlyList<Declaration> items)
    {
        string[] ids = [.. items.Select(item => OwnId(item) ?? Name(item))];
        Prefix(item => FolderOf(item).Split('/')[^1]);
        Prefix(FolderOf);
        return ids;

        void Prefix(Func<Declaration, string> folder)
        {
            HashSet<string> shared = ids.GroupBy(id => id, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1)
                .Select(same => same.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
            for (int i = 0; i < ids.Length; i++)
            {
                if (shared.Contains(ids[i]) && OwnId(items[i]) is null && folder(items[i]) is { Length: > 0 } before)
                    ids[i] = Clean($"{before}/{Name(items[i])}");
            }
        }
    }

    private static string? OwnId(Declaration item) =>
        item.Metadata.TryGetValue("Id", out MetadataValue? id) && !id.IsEmpty ? id.Text.Trim() : null;

    private static string Name(Declaration item) => Clean(Path.GetFileNameWithoutExtension(Slashed(item)));

    private static string FolderOf(Declaration item) =>
        string.Join('/', (Path.GetDirectoryName(Slashed(item)) ?? "").Split('/', '\\').Where(name => name is not ("" or "." or "..")));

    private static string Slashed(Declaration item) => item.Id.Replace('\\', '/');

    // A file's name may have characters that no id has.
    private static string Clean(string name)
    {
        var id = new StringBuilder(name.Length);
        foreach (char c in name)
            id.Append(char.IsLetterOrDigit(c) || c is '.' or '_' or '-' or '/' ? c : '_');
        return id.ToString();
    }
}
