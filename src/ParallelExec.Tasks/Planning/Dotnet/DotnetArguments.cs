using System.Collections.Immutable;
using ParallelExec.Parsing;

namespace ParallelExec.Planning.Dotnet;

/// <summary>What stands behind <c>dotnet</c>, as far as it says which project is built, and how.</summary>
internal sealed class DotnetArguments
{
    /// <summary>Those that build. <c>exec</c>, <c>tool</c>, <c>nuget</c>, <c>x.dll</c> and the like do not.</summary>
    private static readonly string[] Verbs =
        ["build", "test", "run", "pack", "publish", "format", "ef", "restore", "clean", "msbuild"];

    /// <summary>Options whose next argument is theirs. Who is not here is taken for a switch, and what follows it is looked at.</summary>
    private static readonly IReadOnlySet<string> WithValue = Names.Set(
        "-v", "--verbosity", "-l", "--logger", "--filter", "--settings", "--collect", "--results-directory", "--diag", "-a", "--arch",
        "--os", "--source", "--version-suffix", "-lp", "--launch-profile", "-e", "--environment", "--test-adapter-path", "--include",
        "--exclude", "--severity", "--diagnostics", "--report", "--binarylog", "--context", "--output-dir", "-o", "--output", "--packages",
        "--configfile", "--lock-file-path", "--manifest", "--blame-hang-timeout", "--blame-hang-dump-type", "--blame-crash-dump-type",
        "--connection", "--namespace", "--schema", "--table");

    private readonly string folder;
    private readonly Dictionary<string, string> properties = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> targets = [];
    private readonly List<string> projects = [];
    private readonly List<string> positional = [];
    private readonly HashSet<string> switches = new(StringComparer.Ordinal);
    private string framework = "";

    private DotnetArguments(string folder) => this.folder = folder;

    /// <returns>None where it builds nothing, or nobody can say what.</returns>
    public static IEnumerable<BuildOrder> Orders(ShellCommand command, IEnumerable<KeyValuePair<string, string>> environment)
    {
        ImmutableArray<string> arguments = [.. command.Arguments.SkipWhile(argument => argument is "-d" or "--diagnostics")];
        string watched = "";
        if (arguments is ["watch", ..])
        {
            watched = "watch ";
            int verb = arguments.IndexOf("--");
            ImmutableArray<string> before = verb < 0 ? arguments : arguments[..verb];
            string? named = before.Skip(1).FirstOrDefault(Verbs.Contains);
            arguments = [named ?? "run", .. arguments.Skip(1).Where(argument => argument != named && argument != "--")];
        }
        if (arguments.IsEmpty || !Verbs.Contains(arguments[0]))
            return [];
        var read = new DotnetArguments(command.Folder);
        // The command's engine reads its environment as properties.
        foreach ((string name, string value) in environment.Concat(command.Variables))
        {
            if (Model.ProjectQuestions.Variables.Contains(name, StringComparer.OrdinalIgnoreCase))
                read.properties[name] = value;
        }
        read.Read(arguments[0], arguments.AsSpan()[1..]);
        return read.Orders(arguments[0], "dotnet " + watched + arguments[0]);
    }

    private void Read(string verb, ReadOnlySpan<string> arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (argument == "--")
                break;
            if (argument.Length == 0)
                continue;
            bool isSlashed = argument.Length > 2 && argument[0] == '/' && argument.IndexOf(':', StringComparison.Ordinal) > 0;
            if (argument[0] != '-' && !isSlashed)
            {
                positional.Add(argument);
                // What follows is the program's own.
                if (verb == "run")
                    break;
                continue;
            }
            int end = argument.AsSpan().IndexOfAny(':', '=');
            string name = isSlashed ? "-" + argument[1..end] : end < 0 ? argument : argument[..end];
            string? value = end < 0 ? null : argument[(end + 1)..];
            if (name is "-p" && value is null && i + 1 < arguments.Length
                && (verb is "ef" || !arguments[i + 1].Contains('=', StringComparison.Ordinal)))
                projects.Add(arguments[++i]);
            else if (Takes(name, verb) is { } use)
                use(value ?? (i + 1 < arguments.Length ? arguments[++i] : ""));
            else if (WithValue.Contains(name))
                i += value is null ? 1 : 0;
            else
                switches.Add(name);
        }
    }

    private Action<string>? Takes(string name, string verb) => name switch
    {
        "-c" or "--configuration" => value => properties["Configuration"] = value,
        "-f" or "--framework" => value => framework = value,
        "-r" or "--runtime" when verb != "msbuild" => value => properties["RuntimeIdentifier"] = value,
        "--artifacts-path" => value => properties["ArtifactsPath"] = Path.GetFullPath(value, folder),
        "--project" or "--solution" => projects.Add,
        "-s" or "--startup-project" when verb == "ef" => projects.Add,
        "-s" => Ignore,
        "-t" or "--target" or "-target" => value => targets.AddRange(value.Split(';', ',')),
        "-p" or "--property" or "-property" => ReadProperties,
        _ => null,
    };

    /// <summary>A source of packages, for example.</summary>
    private static void Ignore(string value)
    {
    }

    private void ReadProperties(string text)
    {
        foreach (string part in text.Split(';'))
        {
            if (Values.Assignment(part) is not { } property)
                continue;
            if (property.Key.Equals("TargetFramework", StringComparison.OrdinalIgnoreCase))
                framework = property.Value;
            else
                properties[property.Key] = property.Value.Trim('"');
        }
    }

    private IEnumerable<BuildOrder> Orders(string verb, string text)
    {
        if (switches.Overlaps(["-h", "--help", "-?", "--version"]) || (verb == "format" && switches.Contains("--folder")) || Assembly()
            || (targets.Count > 0 && !targets.Any(DotnetBuilds.IsBuilding)))
        {
            return [];
        }
        // Since .NET 8 both are for release.
        if (verb is "publish" or "pack")
            properties.TryAdd("Configuration", "Release");
        bool builds = verb is not "restore" and not "clean" && !switches.Contains("--no-build");
        bool restores = builds && !switches.Contains("--no-restore") && (verb != "msbuild" || switches.Overlaps(["-restore", "-r"]));
        return Roots(verb).Select(file => new BuildOrder(
            file,
            properties.ToImmutableSortedDictionary(StringComparer.OrdinalIgnoreCase),
            framework,
            builds || verb == "clean",
            restores || verb == "restore",
            WithReferences: verb != "clean" && !switches.Contains("--no-dependencies"),
            text)
        { MakesOutput = verb != "format" });
    }

    // `dotnet test x.dll` runs what is built, and `dotnet run x.cs` has no project.
    private bool Assembly() => positional is [var first, ..]
        && Path.GetExtension(first).ToUpperInvariant() is ".DLL" or ".EXE" or ".CS";

    private IEnumerable<string> Roots(string verb)
    {
        // `run` and `ef` give their words to others.
        string[] named = projects.Count > 0 ? [.. projects] : verb is "run" or "ef" ? [] : [.. positional.Where(IsProject).Take(1)];
        return named.Length == 0
            ? Found(folder, verb)
            : named.Where(path => !IsUnknown(path)).Select(path => Path.GetFullPath(Values.NativePath(path), folder))
                .SelectMany(path => Directory.Exists(path) ? Found(path, verb) : File.Exists(path) ? [path] : []);
    }

    // A word that only the shell knows can be one.
    private bool IsProject(string word) => IsUnknown(word) || SolutionProjects.IsSolution(word)
        || word.EndsWith("proj", StringComparison.OrdinalIgnoreCase) || Path.Exists(Path.GetFullPath(Values.NativePath(word), folder));

    private static bool IsUnknown(string word) => word.AsSpan().IndexOfAny("$%`*?") >= 0;

    /// <summary>What the command finds in a folder: its one project, or its one solution.</summary>
    private static string[] Found(string folder, string verb)
    {
        if (!Directory.Exists(folder))
            return [];
        string[] files = Directory.GetFiles(folder);
        string[] solutions = verb is "run" or "ef" ? [] : [.. files.Where(file => Path.GetExtension(file) is ".sln" or ".slnx")];
        string[] projects = [.. files.Where(file => file.EndsWith("proj", StringComparison.OrdinalIgnoreCase))];
        return (projects, solutions) switch
        {
            ([_], []) => projects,
            ([], [_]) => solutions,
            ([var project], [var solution]) when Path.GetFileNameWithoutExtension(project) == Path.GetFileNameWithoutExtension(solution)
                => solutions,
            // It would refuse too.
            _ => [],
        };
    }
}
