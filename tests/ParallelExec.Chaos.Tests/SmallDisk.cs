using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ParallelExec.Chaos.Tests;

/// <summary>A disk of one megabyte, in memory.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Size = 1024 * 1024;

    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    private string Filler => System.IO.Path.Combine(Path, "filler");

    public static async Task<SmallDisk> MountAsync(string path)
    {
        Directory.CreateDirectory(path);
        Assert.Equal(0, await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "none", path));
        return new SmallDisk(path);
    }

    public static bool IsPossible
    {
        get
        {
            if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
                return false;
            string probe = Directory.CreateTempSubdirectory().FullName;
            bool mounted = RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "none", probe).GetAwaiter().GetResult() == 0;
            if (mounted)
                RunAsync("umount", probe).GetAwaiter().GetResult();
            Directory.Delete(probe);
            return mounted;
        }
    }

    public void FillUpTo(int left)
    {
        int used = Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Sum(file => ((int)new FileInfo(file).Length + 4095) / 4096 * 4096);
        using FileStream filler = File.Create(Filler);
        try
        {
            filler.Write(new byte[Size]);
            filler.Flush();
        }
        catch (IOException)
        {
            // Now it is full.
        }
        if (left > 0)
            filler.SetLength(Math.Max(0, filler.Length - left));
        Assert.True(used < Size);
    }

    public void MakeRoom() => File.Delete(Filler);

    /// <summary>As a disk does after an error; not even root can write then.</summary>
    public async Task BeReadOnlyAsync(bool readOnly) => Assert.Equal(0, await RunAsync("mount", "-o", $"remount,{(readOnly ? "ro" : "rw")}", Path));

    public void Dispose() => RunAsync("umount", "-l", Path).GetAwaiter().GetResult();

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}

/// <summary>A test that mounts a small disk.</summary>
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = SmallDisk.IsPossible ? null : "needs the right to mount a file system";
}
