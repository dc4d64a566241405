using System.Text;

namespace ParallelExec.TestKit;

/// <summary>A folder of one test's own, removed at its end; <c>PARALLELEXEC_KEEP=1</c> keeps it.</summary>
public sealed class TestFolder : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(false);

    public TestFolder(string name = "test")
    {
        Path = Directory.CreateTempSubdirectory($"pex-{name}-").FullName;
    }

    public string Path { get; }

    internal static bool Keep => Environment.GetEnvironmentVariable("PARALLELEXEC_KEEP") == "1";

    /// <summary>The full path of something in the folder.</summary>
    public string Combine(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    /// <summary>Writes the text as it is (UTF-8, no mark) and returns the full path.</summary>
    public string Write(string path, string text)
    {
        string full = Combine(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text, Utf8);
        return full;
    }

    /// <summary>For its owner. Windows knows a program by its ending.</summary>
    public void MakeExecutable(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Combine(path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Read(string path) => File.ReadAllText(Combine(path), Utf8);

    public IReadOnlyList<string> ReadLines(string path) => File.ReadAllLines(Combine(path), Utf8);

    public bool Exists(string path) => System.IO.Path.Exists(Combine(path));

    public void Delete(string path) => File.Delete(Combine(path));

    /// <summary>Every file below the folder, relative, with '/', sorted.</summary>
    public IReadOnlyList<string> Files(string below = "") =>
        [.. Directory.EnumerateFiles(Combine(below), "*", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    /// <summary>Stops MSBuild and NuGet from looking above the folder: empty Directory.* files, and a nuget.config without sources.</summary>
    public TestFolder WallOff()
    {
        foreach (string name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
            Write(name, "<Project />\n");
        Write("nuget.config", "<configuration>\n  <packageSources><clear /></packageSources>\n</configuration>\n");
        return this;
    }

    public void Dispose()
    {
        if (Keep)
            return;
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A process that is just ending may still hold a file (Windows). The system cleans its temporary folder.
        }
    }
}
