using System.Security.Cryptography;
using System.Text;
using ParallelExec.Fingerprints;
using ParallelExec.Tests.Files;

namespace ParallelExec.Tests.Fingerprints;

public sealed class FileHashesTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_digest_is_that_of_the_content_and_outlives_the_run()
    {
        string file = Old("a.txt", "abc");
        FileHashes hashes = FileHashes.Load(folder.Path);
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hashes.Of(file));
        hashes.Save();
        // Whoever believes the file reads nothing: so a digest that is not that of the content shows who was asked.
        string kept = folder.Read("hashes.txt");
        Assert.Contains(" 3 ", kept, StringComparison.Ordinal);
        Assert.Equal(hashes.Of(file), FileHashes.Load(folder.Path).Of(file));
    }

    [Theory]
    [InlineData("abd")]
    [InlineData("abcd")]
    public void A_file_that_changed_has_another_digest_also_where_its_time_was_set_back(string content)
    {
        string file = Old("a.txt", "abc");
        FileHashes hashes = FileHashes.Load(folder.Path);
        string? before = hashes.Of(file);
        DateTime time = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, content);
        File.SetLastWriteTimeUtc(file, time);
        Assert.NotEqual(before, hashes.Of(file));
    }

    [Fact]
    public void A_file_from_the_future_is_read_each_time()
    {
        string file = folder.Combine("a.txt");
        FileHashes hashes = FileHashes.Load(folder.Path);
        File.WriteAllText(file, "abc");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(1));
        hashes.Of(file);
        hashes.Save();
        Assert.DoesNotContain("a.txt", folder.Read("hashes.txt"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_file_has_none()
    {
        FileHashes hashes = FileHashes.Load(folder.Path);
        Assert.Null(hashes.Of(folder.Combine("gone")));
        Assert.Null(hashes.Of(folder.Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(70)]
    [InlineData(-1)]
    public void A_damaged_file_is_not_believed(int position)
    {
        string file = Old("a.txt", "abc");
        FileHashes hashes = FileHashes.Load(folder.Path);
        string? digest = hashes.Of(file);
        hashes.Save();
        byte[] bytes = File.ReadAllBytes(folder.Combine("hashes.txt"));
        bytes[position < 0 ? bytes.Length - 2 : position] ^= 1;
        File.WriteAllBytes(folder.Combine("hashes.txt"), bytes);
        Assert.Equal(digest, FileHashes.Load(folder.Path).Of(file));
        File.WriteAllBytes(folder.Combine("hashes.txt"), bytes[..(bytes.Length / 2)]);
        Assert.Equal(digest, FileHashes.Load(folder.Path).Of(file));
    }

    [Fact]
    public void What_nobody_asks_for_any_more_is_dropped_after_a_while()
    {
        string once = Old("once.txt", "abc"), often = Old("often.txt", "abc");
        FileHashes first = FileHashes.Load(folder.Path);
        first.Of(once);
        first.Of(often);
        first.Save();
        for (int run = 1; run <= 21; run++)
        {
            Assert.Equal(run <= 21, folder.Read("hashes.txt").Contains("once.txt", StringComparison.Ordinal));
            FileHashes hashes = FileHashes.Load(folder.Path);
            hashes.Of(often);
            // Something new is why it is written.
            hashes.Of(Old("new.txt", $"{run}"));
            hashes.Save();
        }
        string kept = folder.Read("hashes.txt");
        Assert.Equal((false, true), (kept.Contains("once.txt", StringComparison.Ordinal), kept.Contains("often.txt", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("no newline")]
    [InlineData("short\n")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad 3 9223372036854775807 -1 0 0 /a\n")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad 99999999999999999999999\n")]
    public void What_somebody_wrote_with_a_right_digest_is_not_believed_either(string content)
    {
        folder.Write("hashes.txt", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("2\n" + content))) + "\n" + content);
        Assert.NotNull(FileHashes.Load(folder.Path).Of(Old("a.txt", "abc")));
    }

    [UnixFact]
    public void A_pipe_or_a_folder_is_not_read()
    {
        Pipe.Make(folder.Combine("hashes.txt"));
        FileHashes hashes = FileHashes.Load(folder.Path);
        hashes.Of(Old("a.txt", "abc"));
        hashes.Save();
        Assert.Contains("a.txt", folder.Read("hashes.txt"), StringComparison.Ordinal);
        folder.Delete("hashes.txt");
        Directory.CreateDirectory(folder.Combine("hashes.txt"));
        Assert.NotNull(FileHashes.Load(folder.Path).Of(folder.Combine("a.txt")));
    }

    private string Old(string name, string content)
    {
        string file = folder.Combine(name);
        File.WriteAllText(file, content);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-1));
        return file;
    }
}
