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

    private Conversion(
        Subtask common, ImmutableArray<Template> outputs, Template? command, ImmutableArray<Template> arguments, Template? verify) =>
        (this.common, this.outputs, this.command, this.arguments, this.verify) = (common, outputs, command, arguments, verify);

    public Subtask Common => common;

    /// <summary>How many files one process is given at most.</summary>
    public int Batch { get; private init; } = 1;

    /// <summary>How files are converted, as it is written.</summary>
    private string Written { get; init; } = "";

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
        int batch = reader.WholeNumber("Batch", least: 1) ?? 1;
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
        CommandWork? version = own.Remove("VersionCommand", out MetadataValue? asked) && !asked.IsEmpty
            ? new CommandWork(asked.Text, reader.Text("Shell")) : null;
        Subtask? common = isBroken || hasNoWork ? null : parser.Parse(item with { Metadata = own });

        ShellQuoting quoting = ShellQuoting.Of(reader.Text("Shell"), OperatingSystem.IsWindows());
        ImmutableArray<Template> outputs = [.. reader.List(named).Select(path => Parse(named, Values.NativePath(path), null))];
        Template? command = reader.Text("Command") is { } line ? Parse("Command", line, quoting) : null;
        ImmutableArray<Template> arguments = [.. reader.List("Arguments").Select(argument => Parse("Arguments", argument, null))];
        Template? verify = reader.Text("Verify") is { } check ? Parse("Verify", check, quoting) : null;
        if (outputs.Any(output => output.Uses("out")))
            reader.Invalid(named, reader.Text(named)!, "paths without {out}, which is what they say");
        if (batch > 1)
            CheckBatch();
        return common is null || reader.Failed ? null
            : new Conversion(common with { VersionCommand = version }, outputs, command, arguments, verify)
            {
                Batch = batch,
                Written = string.Join('\0', new[] { "Command", "Tool", "Arguments", named }.Select(reader.Text)),
            };

        void CheckBatch()
        {
            foreach ((string name, Template template) in arguments.Select(argument => ("Arguments", argument))
                .Concat(command is null ? [] : [("Command", command)]))
            {
                foreach (string placeholder in template.OfOneFile)
                    reader.WrongKind(
                        $"has {{{placeholder}}} in its {name}, which is of one file, and Batch, which gives several to one process. With "
                        + $"Batch only {{in}} stands there: the list of files.");
            }
            if (verify is not null)
                reader.WrongKind("has Batch and Verify. Verify is for one file: remove one of them.");
        }

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

    public Subtask For(
        ConvertedFile file, Declaration item, string id, PathPattern input, ImmutableArray<PathPattern> results, SubtaskSet set) =>
        common with
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

    /// <summary>Several files in one process.</summary>
    public Subtask For(IReadOnlyList<BatchFile> files, Declaration item, string id, IEnumerable<PathPattern> inputs, SubtaskSet set)
    {
        ImmutableArray<BatchFile> all = [.. files];
        return common with
        {
            Id = id,
            Title = "",
            Origin = item.Origin,
            Work = WorkFor(all),
            Inputs = [.. inputs, .. common.Inputs],
            Outputs = [.. all.SelectMany(file => file.Outputs)],
            Set = set,
            Batch = new ConvertBatch(Written, all, WorkFor),
        };
    }

    private Work WorkFor(ImmutableArray<BatchFile> files) => common.Work is CommandWork work
        ? work with { CommandLine = command!.Fill(files.Select(file => file.In)) }
        : (ToolWork)common.Work with
        {
            Arguments = [.. arguments.SelectMany(argument => argument.Uses("in")
                ? files.Select(file => argument.Fill(new ConvertedFile(file.In, "", "", "", "")))
                : [argument.Fill(new ConvertedFile("", "", "", "", ""))])],
        };
}
