using ParallelExec.Model;

namespace ParallelExec.Files;

/// <summary>Where results of tests are.</summary>
internal static class TestFiles
{
    public const string FolderName = "tests";

    public static string Folder(RunOptions options) => Path.Combine(options.Directory, FolderName);

    /// <summary>The results of one part of a suite: its subtask's output.</summary>
    public static string ResultOf(RunOptions options, string subtaskId) => ResultOf(options.Directory, subtaskId);

    public static string ResultOf(string directory, string subtaskId) =>
        Path.Combine(directory, FolderName, "parts", LogFiles.SafeName(subtaskId) + ".trx");

    /// <summary>What its host writes, until it is read.</summary>
    public static string HostFolder(RunOptions options, string subtaskId) =>
        Path.Combine(Folder(options), "hosts", LogFiles.SafeName(subtaskId));

    public static string Merged(RunOptions options) => Path.Combine(Folder(options), "tests.trx");

    public static string MergedJUnit(RunOptions options) => Path.Combine(Folder(options), "tests.junit.xml");

    public static string CoverageFolder(RunOptions options) => Path.Combine(Folder(options), "coverage");
}
