namespace ParallelExec.Tests.Editors;

/// <summary>A name that a project file can have, and what an editor shows of it.</summary>
internal sealed record Described(string Name, string Description, ValueForm Form);

/// <summary>What a value is.</summary>
/// <param name="Type">The type that the MSBuild Editor knows for it; empty = any text.</param>
/// <param name="Values">The values that there are, where they are few.</param>
internal sealed record ValueForm(string Type = "", bool IsList = false, bool AllowsOthers = false, params string[] Values);

/// <summary>An item type with its metadata.</summary>
internal sealed record DescribedItem(string Name, string Description, IReadOnlyList<Described> Metadata);
