using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Parsing.Conversions;

/// <summary>What one <c>ParallelConvert</c> says of all its files: read once, filled in for each.</summary>
internal sealed class Conversion
{
    private readonly Subtask common;
    private readonly ImmutableArray<Template> outputs;
    private readonly Template? command;
    private readonly ImmutableArray<Template> arguments;
    private readonly Template? verify;

    private Conversion(Subtask common, ImmutableArray<Template> outputs, Template? command, ImmutableArray<Template> arguments, Template? verify) =>
        (this.common, this.outputs, this.command, this.arguments, this.verify) = (common, outputs, command, arguments, verify);

    public Subtask Common => common;

    /// <summary>Where a relative path of it begins.</summary>
    public string WorkingDirectory => common.WorkingDirectory;

    /// <param name="item">Its first file, under the name of the set.</param>
    /// <returns>Null where something in it is wrong, which has been told.</returns>
    public static Conversion? Read(Declaration item, SubtaskParser parser, List<Diagnostic> diagnostics)
    {
        var reader = new MetadataReader(item, diagnostics) { Kind = "The conversion " };
        bool isBroken = reader.Failed;
        reader.CheckNames(Names.ConvertMetadata, LaterNames.ConvertMetadata);
        reader.Boolean("RemoveOrphans");
        bool hasNoWork = !reader.Has("Command") && !reader.Has("Tool");
        if (hasNoWork)
            reader.WrongKind("has neither a Command nor a Tool. Add Command=\"program {in} {out}\", or Tool and Arguments.");
        // MSBuild has the word "Output" for itself: in a project only "output" gets through.
        string named = reader.Has("Output") ? "Output" : "Outputs";
        if (!reader.Has(named))
            reader.WrongKind("has no Outputs. Say which file comes of each, such as Outputs=\"out/{dir}/{name}.html\".");
        else if (reader.List(named).FirstOrDefault(path => path.StartsWith('!') || path.AsSpan().IndexOfAny("*?") >= 0) is { } odd)
            reader.Invalid(named, odd, "the files that come of each, without wildcards, such as out/{dir}/{name}.html");
        Dictionary<string, MetadataValue> own = item.Metadata
            .Where(entry => Names.ConvertMetadata.Contains(entry.Key) && !Names.ConvertOnly.Contains(entry.Key))
            .ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.OrdinalIgnoreCase);
        // Each file is an input: a version is asked for beside that.
        CommandWork? version = own.Remove("VersionCommand", out MetadataValue? asked) && !asked.IsEmpty ? new CommandWork(asked.Text, reader.Text("Shell")) : null;
        Subtask? common = isBroken || hasNoWork ? null : parser.Parse(item with { Metadata = own });

        ShellQuoting quoting = ShellQuoting.Of(reader.Text("Shell"), OperatingSystem.IsWindows());
        ImmutableArray<Template> outputs = [.. reader.List(named).Select(path => Parse(named, Values.NativePath(path), null))];
        Template? command = reader.Text("Command") is { } line ? Parse("Command", line, quoting) : null;
        ImmutableArray<Template> arguments = [.. reader.List("Arguments").Select(argument => Parse("Arguments", argument, null))];
        Template? verify = reader.Text("Verify") is { } check ? Parse("Verify", check, quoting) : null;
        return common is null || reader.Failed ? null : new Conversion(common with { VersionCommand = version }, outputs, command, arguments, verify);

        Template Parse(string name, string text, ShellQuoting? quoted)
        {
            var template = Template.Parse(text, quoted, out IReadOnlyList<string> unknown);
            foreach (string placeholder in unknown)
                reader.UnknownPlaceholder(name, placeholder);
            return template;
        }
    }

    /// <summary>What comes of a file, as paths from the project's folder on; <c>{out}</c> is the first.</summary>
    public IEnumerable<string> OutputsOf(ConvertedFile file) => outputs.Select(output => output.Fill(file));

    public Subtask For(ConvertedFile file, Declaration item, string id, PathPattern input, ImmutableArray<PathPattern> results, SubtaskSet set) => common with
    {
        Id = id,
        Title = "",
        Origin = item.Origin,
        Work = common.Work is CommandWork work
            ? work with { CommandLine = command!.Fill(file) }
            : (ToolWork)common.Work with { Arguments = [.. arguments.Select(argument => argument.Fill(file))] },
        Verify = common.Verify is { } check ? check with { CommandLine = verify!.Fill(file) } : null,
        Inputs = [input, .. common.Inputs],
        Outputs = results,
        Set = set,
    };
}
