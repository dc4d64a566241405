using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>Turns <c>ParallelTeam</c> items into teams, by name.</summary>
internal static class TeamParser
{
    public static Dictionary<string, Team> Parse(IEnumerable<Declaration> declarations, RunOptions options, List<Diagnostic> diagnostics)
    {
        var teams = new Dictionary<string, Team>(StringComparer.OrdinalIgnoreCase);
        foreach (Declaration declaration in declarations)
        {
            var reader = new MetadataReader(declaration, diagnostics);
            reader.CheckNames(Names.TeamMetadata, LaterNames.None);
            string sharedContext = reader.FullPath("SharedContext", options.ProjectDirectory)
                ?? Path.Combine(options.Directory, "teams", LogFiles.SafeName(declaration.Id) + ".md");
            var team = new Team(declaration.Id, sharedContext, reader.OneOf<Coordination>("Coordination") ?? Coordination.Async);
            if (!reader.Failed && !teams.TryAdd(team.Name, team))
                diagnostics.Add(
                    Diagnostic.Error(Codes.DuplicateId, $"There are two teams '{team.Name}'. Remove one of them.", declaration.Origin));
        }
        return teams;
    }
}
