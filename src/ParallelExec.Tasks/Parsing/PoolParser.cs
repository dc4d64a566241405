using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>Turns <c>ParallelPool</c> items into pools.</summary>
internal static class PoolParser
{
    public static ImmutableArray<Pool> Parse(IEnumerable<Declaration> declarations, List<Diagnostic> diagnostics)
    {
        var pools = new Dictionary<string, Pool>(StringComparer.OrdinalIgnoreCase);
        foreach (Declaration declaration in declarations)
        {
            var reader = new MetadataReader(declaration, diagnostics) { Kind = "The pool " };
            reader.CheckNames(Names.PoolMetadata, LaterNames.None);
            int? units = reader.WholeNumber("Capacity", least: 1);
            if (!reader.Failed && !pools.TryAdd(declaration.Id, new Pool(declaration.Id, units ?? 1)))
                diagnostics.Add(
                    Diagnostic.Error(
                        Codes.DuplicateId, $"There are two pools '{declaration.Id}'. Remove one of them.", declaration.Origin));
        }
        return [.. pools.Values];
    }
}
