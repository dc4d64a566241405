using ParallelExec.Model;

namespace ParallelExec.Tests;

/// <summary>For theories: an attribute holds no <see cref="Platform"/>.</summary>
internal static class Platforms
{
    public static Platform Named(string name) => name switch
    {
        "Linux" => Platform.Linux,
        "MacOS" => Platform.MacOS,
        "Windows" => Platform.Windows,
        _ => throw new ArgumentException(name),
    };
}
