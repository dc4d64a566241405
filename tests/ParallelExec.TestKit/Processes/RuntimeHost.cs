using System.Runtime.InteropServices;

namespace ParallelExec.TestKit;

/// <summary>The `dotnet` program that belongs to the runtime this test runs on: not the first one in PATH, which may be another.</summary>
public static class RuntimeHost
{
    public static string DotNetPath { get; } = Find();

    private static string Find()
    {
        // <root>/shared/Microsoft.NETCore.App/<version>/
        string root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        string host = Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        return File.Exists(host) ? host : "dotnet";
    }
}
