using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Planning;

/// <summary>
/// Declared outputs by their names from the root on, so that each is compared only with those that can meet it: also ten thousand patterns
/// with one beginning. Behind <c>**</c> anything can follow: there, all are candidates.
/// </summary>
internal sealed class OutputTrie
{
    private readonly Node root = new();
    private readonly Stack<(Node Node, int At)> open = new();
    private readonly List<Node> met = [];

    /// <param name="number">What <see cref="Find"/> tells of it.</param>
    public void Add(PathPattern output, int number)
    {
        Node node = root;
        foreach (PatternSegment segment in output.Segments)
            node = node.Child(segment);
        (output.IsGlob ? node.Patterns : node.Paths).Add(number);
    }

    /// <summary>Those added before that can overlap; whether they do has to be asked.</summary>
    public void Find(PathPattern output, List<int> found)
    {
        ImmutableArray<PatternSegment> names = output.Segments;
        open.Push((root, 0));
        while (open.TryPop(out (Node Node, int At) next))
        {
            (Node node, int at) = next;
            // A path can be a folder, in which the other lies; below a file that matches a pattern is nothing.
            found.AddRange(node.Paths);
            if (at == names.Length && output.IsGlob)
            {
                found.AddRange(node.Patterns);
                if (node.Anywhere is { } rest)
                    AddAll(rest, found);
            }
            else if (at == names.Length || names[at].IsAnyFolders)
            {
                found.AddRange(node.Patterns);
                AddBelow(node, found);
            }
            else
            {
                if (node.Anywhere is { } rest)
                    AddAll(rest, found);
                node.Meet(names[at], met);
                foreach (Node child in met)
                    open.Push((child, at + 1));
                met.Clear();
            }
        }
    }

    private static void AddAll(Node from, List<int> found)
    {
        found.AddRange(from.Paths);
        found.AddRange(from.Patterns);
        AddBelow(from, found);
    }

    private static void AddBelow(Node from, List<int> found)
    {
        var open = new Stack<Node>([from]);
        while (open.TryPop(out Node? node))
        {
            foreach (Node child in node.Children)
            {
                found.AddRange(child.Paths);
                found.AddRange(child.Patterns);
                open.Push(child);
            }
        }
    }

    private sealed class Node
    {
        private readonly PatternSegment name;
        private Dictionary<string, Node>? literals;
        private Dictionary<string, Node>? wilds;
        private AffixIndex<Node>? wildIndex;

        // Made when somebody asks for it: most outputs have no wildcard.
        private AffixIndex<Node>? literalIndex;

        public Node()
        {
        }

        private Node(PatternSegment name) => this.name = name;

        public List<int> Paths { get; } = [];

        public List<int> Patterns { get; } = [];

        /// <summary>What comes after <c>**</c>.</summary>
        public Node? Anywhere { get; private set; }

        public IEnumerable<Node> Children
        {
            get
            {
                IEnumerable<Node> none = [];
                return (literals?.Values ?? none).Concat(wilds?.Values ?? none).Concat(Anywhere is null ? none : [Anywhere]);
            }
        }

        public Node Child(PatternSegment segment)
        {
            if (segment.IsAnyFolders)
                return Anywhere ??= new Node(segment);
            Dictionary<string, Node> children = segment.IsWild
                ? wilds ??= new(StringComparer.FromComparison(PatternSegment.Comparison))
                : literals ??= new(StringComparer.FromComparison(PatternSegment.Comparison));
            if (children.TryGetValue(segment.Text, out Node? child))
                return child;
            children[segment.Text] = child = new Node(segment);
            if (segment.IsWild)
                (wildIndex ??= new()).Add(segment, child);
            else
                literalIndex?.Add(segment, child);
            return child;
        }

        /// <summary>The children of which some name is also one of the segment's.</summary>
        public void Meet(PatternSegment segment, List<Node> met)
        {
            if (!segment.IsWild && literals is not null && literals.TryGetValue(segment.Text, out Node? same))
                met.Add(same);
            if (segment.IsWild && literals is not null)
            {
                if (literalIndex is null)
                {
                    literalIndex = new();
                    foreach (Node child in literals.Values)
                        literalIndex.Add(child.name, child);
                }
                Meet(literalIndex);
            }
            if (wildIndex is not null)
                Meet(wildIndex);

            void Meet(AffixIndex<Node> index)
            {
                foreach (Node child in index.Candidates(segment))
                {
                    if (child.name.Intersects(segment))
                        met.Add(child);
                }
            }
        }
    }
}
