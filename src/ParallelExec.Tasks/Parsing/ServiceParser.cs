using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>What makes a <c>ParallelTask</c> a service.</summary>
internal static class ServiceParser
{
    /// <summary>The only target of a project that goes on.</summary>
    private const string RunTarget = "Run";

    /// <summary>They are about an end, or about results, and a service has neither.</summary>
    private static readonly string[] AboutEnds = ["Timeout", "Outputs", "Inputs", "VersionCommand", "Cache", "Verify"];

    public static bool IsService(MetadataReader reader) => reader.Text("Service") is { } text && Values.Boolean(text) == true;

    /// <returns>Null where it is none; what is wrong has been told.</returns>
    public static Service? Parse(MetadataReader reader, Work? work)
    {
        bool? declared = reader.Boolean("Service");
        if (declared != true)
        {
            // One that says neither has been told.
            if (declared is null && reader.Has("Service"))
                return null;
            foreach (string name in (string[])["ReadyWhen", "ReadyTimeout"])
            {
                if (reader.Has(name))
                    reader.WrongKind($"has {name} but is no service. Add Service=\"true\", or remove it.");
            }
            return null;
        }
        if (work is not (CommandWork or ToolWork or ProjectWork or null))
            reader.WrongKind("is a Service with nothing to serve: it needs a Command, a Tool, or a Project with Targets=\"Run\".");
        if (work is ProjectWork project
            && (project.IsDeclaringProject || !project.Targets.SequenceEqual([RunTarget], StringComparer.OrdinalIgnoreCase)))
            reader.WrongKind(
                "is a Service of a project, which is its program: it needs Project and Targets=\"Run\". Other targets are subtasks of "
                + "their own.");
        if (reader.Has("Pools"))
            reader.Invalid(
                "Pools", reader.Text("Pools")!,
                "none: a service would hold them until all that depends on it has ended. Give them to what uses it");
        if (reader.Boolean("Parallel") == false)
            reader.Invalid("Parallel", reader.Text("Parallel")!, "true: a service runs beside what depends on it");
        reader.WarnIfPresent(AboutEnds, "a service", "it goes on until what depends on it has ended");

        Readiness? ready = ParseReadiness(reader);
        bool told = OwnPort.IsIn(reader.Text("Command")) || OwnPort.IsIn(reader.Text("Tool"))
            || reader.List("Arguments").Any(OwnPort.IsIn) || OwnPort.IsIn(reader.Text("Environment"));
        bool asked = OwnPort.IsIn(ready?.Declared);
        if (asked && !told)
            reader.Invalid(
                "ReadyWhen", ready!.Declared,
                "a port that the service knows too: write {port} also in its Command, Arguments or Environment");
        return new Service(ready, reader.Duration("ReadyTimeout") ?? Service.DefaultReadyTimeout, told || asked);
    }

    /// <summary>A project's program is started as <c>dotnet run</c> does it, when the engine has built it.</summary>
    public static Work? Program(Work? work, MetadataReader reader, RunOptions options) => work is not ProjectWork project ? work
        : new ToolWork(
        "dotnet",
        [
            "run", "--no-build", "--no-launch-profile", "--project", project.ProjectFile,
            .. options.GlobalProperties.Where(
                property => !property.Key.StartsWith(OptionsParser.Prefix, StringComparison.OrdinalIgnoreCase))
                .Concat(project.Properties).Select(property => $"--property:{property.Key}={property.Value}"),
            .. reader.Has("Arguments") ? ["--", .. reader.List("Arguments")] : ImmutableArray<string>.Empty,
        ]);

    /// <summary>What only something with an end has; it has been told that it does nothing.</summary>
    public static Subtask WithoutEnd(Subtask service) =>
        service with { Timeout = null, Outputs = [], Inputs = [], VersionCommand = null, Verify = null };

    /// <summary>The subtask; before a service that is a project, the subtask that builds it.</summary>
    public static IEnumerable<Subtask> WithBuild(Subtask subtask, Declaration item)
    {
        if (subtask.Service is null || !item.Metadata.TryGetValue("Project", out MetadataValue? project) || project.IsEmpty)
            return [subtask];
        int file = ((ToolWork)subtask.Work).Arguments.IndexOf("--project") + 1;
        string id = $"{subtask.Id}:build";
        ImmutableArray<KeyValuePair<string, string>> properties = item.Metadata.TryGetValue("Properties", out MetadataValue? given)
            ? [.. given.List.Select(Values.Assignment).OfType<KeyValuePair<string, string>>()]
            : [];
        return
        [
            new Subtask
            {
                Id = id,
                Work = new ProjectWork(((ToolWork)subtask.Work).Arguments[file], [], properties, IsDeclaringProject: false),
                Origin = subtask.Origin,
                WorkingDirectory = subtask.WorkingDirectory,
                Group = subtask.Group,
                DependsOn = subtask.DependsOn,
                Secrets = subtask.Secrets,
            },
            subtask with { DependsOn = subtask.DependsOn.Add(id) },
        ];
    }

    private static Readiness? ParseReadiness(MetadataReader reader)
    {
        if (reader.Text("ReadyWhen")?.Trim() is not { } text)
            return null;
        if (text.StartsWith(ReadinessForm.Line, StringComparison.OrdinalIgnoreCase))
        {
            string pattern = text[ReadinessForm.Line.Length..];
            if (pattern.Length > 0 && WhyNoPattern(pattern) is not { } why)
                return new LineReadiness(text, pattern);
            reader.Invalid(
                "ReadyWhen", text,
                $"a regular expression of .NET behind line:; {(pattern.Length == 0 ? "there is none" : WhyNoPattern(pattern))}");
        }
        else if (text.StartsWith(ReadinessForm.Tcp, StringComparison.OrdinalIgnoreCase))
        {
            string port = text[ReadinessForm.Tcp.Length..].Trim();
            if (port == OwnPort.Placeholder)
                return new TcpReadiness(text, null);
            if (int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= 65535)
                return new TcpReadiness(text, number);
            reader.Invalid("ReadyWhen", text, "a port of this machine behind tcp:, from 1 to 65535, or {port} for a free one");
        }
        else if (text.StartsWith(ReadinessForm.Http, StringComparison.OrdinalIgnoreCase)
            && Uri.TryCreate(OwnPort.Fill(text, 1), UriKind.Absolute, out _))
        {
            return new HttpReadiness(text, text);
        }
        else
        {
            reader.Invalid("ReadyWhen", text, ReadinessForm.Expected);
        }
        return null;
    }

    private static string? WhyNoPattern(string pattern)
    {
        try
        {
            _ = new Regex(pattern);
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message.TrimEnd('.');
        }
    }
}
