using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>Names of properties and item types that look like ours but are none: they do nothing, and nobody else tells.</summary>
internal sealed class NameCheck(DeclarationSet declared, ProjectFiles files, List<Diagnostic> diagnostics)
{
    private static readonly string[] Properties =
        [.. Names.Properties.Concat(LaterNames.Properties.Keys).Select(name => OptionsParser.Prefix + name)];
    private static readonly string[] ItemTypes = [.. Names.ItemTypes, .. LaterNames.ItemTypes];

    /// <summary>Set by the SDK's own files, or read by them.</summary>
    private static readonly string[] Others = ["ParallelExecIsStandalone"];

    public void Check()
    {
        foreach (string name in declared.GlobalProperties.Keys.Where(LooksLikeProperty))
        {
            string? meant = Suggestion.Nearest(name, Properties);
            // With our prefix it can be meant for nobody else.
            if (meant is not null || name.StartsWith(OptionsParser.Prefix, StringComparison.OrdinalIgnoreCase))
                Warn($"There is no property {name}; it does nothing.{(meant is null ? "" : $" Did you mean '{meant}'?")}", origin: null);
        }
        foreach (NamedPlace property in files.Properties.Where(property => LooksLikeProperty(property.Name)))
        {
            if (Suggestion.Nearest(property.Name, Properties) is { } meant)
                Warn($"There is no property {property.Name}; it does nothing. Did you mean '{meant}'?", property.Origin);
        }
        foreach (NamedPlace item in files.ItemTypes.Where(item => LooksLikeItem(item.Name)))
        {
            if (Suggestion.Nearest(item.Name, ItemTypes) is { } meant)
                Warn($"There are no {item.Name} items; they do nothing. Did you mean '{meant}'?", item.Origin);
        }
        foreach (string type in LaterNames.ItemTypes)
        {
            if (declared.Of(type).FirstOrDefault() is not { } first)
                continue;
            diagnostics.Add(Diagnostic.Error(
                Codes.NotInThisVersion,
                $"There are {type} items, which this version of ParallelExec does not have yet. Remove them, or use a later version.",
                first.Origin));
        }
    }

    /// <summary>
    /// Nothing to do is not success, unless somebody has said so: by an item with a Condition, by a build that runs whatever there is.
    /// </summary>
    public void CheckThatSomethingIsDeclared()
    {
        bool isSaid = declared.Items.Length > 0
            || files.ItemTypes.Any(item => ItemTypes.Contains(item.Name, StringComparer.OrdinalIgnoreCase));
        if (!isSaid && !Says("TaskFolder") && !Says("RunOn") && diagnostics.Count == 0)
            diagnostics.Add(Diagnostic.Warning(
                Codes.NothingDeclared,
                "No subtask is declared, so there is nothing to run. Declare one: <ItemGroup><ParallelTask Include=\"hello\" "
                    + "Command=\"echo hello\" /></ItemGroup>, or name a task folder in ParallelExecTaskFolder.",
                new Origin(declared.ProjectFile, "", "")));
    }

    private bool Says(string property) => declared.Properties.TryGetValue(property, out string? value) && value.Length > 0;

    // Most names of a project are ruled out by their first letter and their length.
    private static bool LooksLikeProperty(string name) =>
        name.Length is > 12 and < 40 && (name[0] is 'P' or 'p')
        && !Properties.Contains(name, StringComparer.OrdinalIgnoreCase) && !Others.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool LooksLikeItem(string name) =>
        name.Length is > 9 and < 30 && (name[0] is 'P' or 'p') && !ItemTypes.Contains(name, StringComparer.OrdinalIgnoreCase);

    private void Warn(string message, Origin? origin) => diagnostics.Add(Diagnostic.Warning(Codes.UnknownName, message, origin));
}
