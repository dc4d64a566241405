namespace ParallelExec.Model;

/// <summary>
/// The system that children run on. What differs is decided by this, and not by asking the machine deep inside: so all of it is tested on
/// each.
/// </summary>
internal sealed record Platform
{
    public static readonly Platform Linux = new() { PathSeparator = ':', VariableNames = StringComparer.Ordinal };
    public static readonly Platform MacOS = Linux with { HasSpawn = false };
    public static readonly Platform Windows =
        new() { PathSeparator = ';', VariableNames = StringComparer.OrdinalIgnoreCase, HasSpawn = false };

    private Platform()
    {
    }

    public static Platform Current { get; } = OperatingSystem.IsWindows() ? Windows : OperatingSystem.IsLinux() ? Linux : MacOS;

    public bool IsWindows => PathSeparator == ';';

    /// <summary>Between the folders of <c>PATH</c>.</summary>
    public required char PathSeparator { get; init; }

    /// <summary>Whether names of environment variables differ by case alone.</summary>
    public required StringComparer VariableNames { get; init; }

    /// <summary>A child can be given its files, and a session of its own, without a shell in front of it.</summary>
    public bool HasSpawn { get; init; } = true;
}
