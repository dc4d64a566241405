namespace ParallelExec.TestKit;

/// <summary>
/// The controllable child process (tests/ParallelExec.TestChild), copied beside the tests by the project reference. It is started as
/// `dotnet TestChild.dll`: its own launcher finds the runtime only where it is installed for the machine or DOTNET_ROOT is set.
/// </summary>
public static class TestChildProgram
{
    /// <summary>The assembly.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "ParallelExec.TestChild.dll");

    /// <summary>The program to start, for `Tool`.</summary>
    public static string Tool => RuntimeHost.DotNetPath;

    /// <summary>What follows <see cref="Tool"/>, one argument each.</summary>
    public static IReadOnlyList<string> ArgumentList(string verb, params string[] arguments) => [Path, verb, .. arguments];

    /// <summary>The same for `Arguments` metadata in a project: `;` between, MSBuild's special characters escaped.</summary>
    public static string Arguments(string verb, params string[] arguments) =>
        string.Join(';', ArgumentList(verb, arguments).Select(MSBuildText.Escape));

    /// <summary>A command line for the platform's shell. In a project file, arguments with MSBuild's own characters need <see cref="MSBuildText.Escape"/> around it.</summary>
    public static string Command(string verb, params string[] arguments) =>
        string.Join(' ', ArgumentList(verb, arguments).Prepend(Tool).Select(Quote));

    private static string Quote(string argument)
    {
        if (argument.Length > 0 && argument.All(each => char.IsAsciiLetterOrDigit(each) || "-_./:=+,".Contains(each)))
            return argument;
        return OperatingSystem.IsWindows()
            ? '"' + argument.Replace("\"", "\\\"") + '"'
            // A quote in double quotes, not behind a backslash: MSBuild may turn that into a slash.
            : '\'' + argument.Replace("'", "'\"'\"'") + '\'';
    }
}
