using System.IO.Compression;

namespace Md2Html;

/// <summary>The site as one file to publish.</summary>
internal static class SiteArchive
{
    // The time a zip file begins to count from: the archive of the same pages is the same file, whenever it is made.
    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static int Pack(string siteFolder, string archiveFile)
    {
        string[] files = [.. Directory.EnumerateFiles(siteFolder, "*.html").Order(StringComparer.Ordinal)];
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(archiveFile))!);
        using (ZipArchive archive = new(File.Create(archiveFile), ZipArchiveMode.Create))
        {
            foreach (string file in files)
            {
                ZipArchiveEntry entry = archive.CreateEntry(Path.GetFileName(file));
                entry.LastWriteTime = Epoch;
                using Stream target = entry.Open();
                using FileStream source = File.OpenRead(file);
                source.CopyTo(target);
            }
        }

        Console.WriteLine($"{archiveFile}: {files.Length} pages, {new FileInfo(archiveFile).Length} bytes");
        return 0;
    }
}
