using ParallelExec.Model;

namespace ParallelExec.Planning;

/// <summary>
/// Names and patterns of names by how they begin and end before their first and after their last wildcard: two that share a name begin
/// alike as far as both say, and end alike.
/// </summary>
internal sealed class AffixIndex<T>
{
    /// <summary>More of a beginning or an end is not looked at.</summary>
    private const int Longest = 24;

    private readonly Side beginnings = new();
    private readonly Side ends = new();

    public void Add(PatternSegment segment, T item)
    {
        beginnings.Add(Beginning(segment), item);
        ends.Add(End(segment), item);
    }

    /// <summary>By the side that leaves fewer.</summary>
    public IEnumerable<T> Candidates(PatternSegment segment)
    {
        string beginning = Beginning(segment), end = End(segment);
        return beginnings.Count(beginning) <= ends.Count(end) ? beginnings.Alike(beginning) : ends.Alike(end);
    }

    private static string Beginning(PatternSegment segment)
    {
        int length = segment.IsWild ? segment.Text.AsSpan().IndexOfAny('*', '?') : segment.Text.Length;
        return segment.Text[..Math.Min(length, Longest)];
    }

    /// <summary>From its last character on.</summary>
    private static string End(PatternSegment segment)
    {
        int length = segment.IsWild ? segment.Text.Length - 1 - segment.Text.AsSpan().LastIndexOfAny('*', '?') : segment.Text.Length;
        char[] end = segment.Text.AsSpan(segment.Text.Length - Math.Min(length, Longest)).ToArray();
        Array.Reverse(end);
        return new string(end);
    }

    /// <summary>Items by text: found are those whose text is the beginning of another, or goes on after it.</summary>
    private sealed class Side
    {
        private readonly Dictionary<string, List<T>> same = new(StringComparer.FromComparison(PatternSegment.Comparison));
        private readonly Dictionary<string, List<T>> longer = new(StringComparer.FromComparison(PatternSegment.Comparison));

        public void Add(string text, T item)
        {
            AddTo(same, text, item);
            for (int length = 0; length < text.Length; length++)
                AddTo(longer, text[..length], item);
        }

        public int Count(string text)
        {
            int count = 0;
            foreach (List<T> list in Lists(text))
                count += list.Count;
            return count;
        }

        public IEnumerable<T> Alike(string text)
        {
            foreach (List<T> list in Lists(text))
            {
                foreach (T item in list)
                    yield return item;
            }
        }

        private IEnumerable<List<T>> Lists(string text)
        {
            for (int length = 0; length <= text.Length; length++)
            {
                if (same.TryGetValue(text[..length], out List<T>? shorter))
                    yield return shorter;
            }
            if (longer.TryGetValue(text, out List<T>? rest))
                yield return rest;
        }

        private static void AddTo(Dictionary<string, List<T>> lists, string text, T item)
        {
            if (lists.TryGetValue(text, out List<T>? list))
                list.Add(item);
            else
                lists[text] = [item];
        }
    }
}
