using ParallelExec.Reporting;
using ParallelExec.Tests.Files;

namespace ParallelExec.Tests.Reporting;

public sealed class OutputBlockTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();
    private readonly RecordingLog log = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Lines_are_shown_indented_and_in_one_piece()
    {
        Show("one\ntwo\r\nthree", lastLines: null);
        Assert.Equal(["> one\n> two\n> three"], log.Lines);
    }

    [Fact]
    public void Of_a_long_output_the_end_is_shown_and_where_the_rest_is()
    {
        Show("1\n2\n3\n4\n", lastLines: 2);
        Assert.Equal([$"> (2 lines before are in {folder.Combine("log")})\n> 3\n> 4"], log.Lines);
    }

    [Fact]
    public void Colours_and_control_characters_do_not_reach_the_console()
    {
        Show("\e[31mred\e[0m\ttab\u0007 bell\0nul\e[2J", lastLines: null);
        Assert.Equal(["> red\ttab\uFFFD bell\uFFFDnul"], log.Lines);
    }

    [Fact]
    public void A_very_long_line_is_cut_and_says_how_much_is_missing()
    {
        Show(new string('x', 5000) + "\nend\n", lastLines: null);
        Assert.Equal([$"> {new string('x', 4000)} ... (1000 characters more)\n> end"], log.Lines);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_shown_as_replacements()
    {
        File.WriteAllBytes(folder.Combine("log"), [0xFF, 0xFE, 0x41, 0xC3, 0x0A]);
        OutputBlock.Show(log, folder.Combine("log"), "> ", lastLines: null, parse: null);
        Assert.Single(log.Lines);
    }

    [Fact]
    public void Error_lines_are_looked_for_in_all_of_it_and_are_not_shown_twice()
    {
        var seen = new List<string>();
        folder.Write("log", "a.cs(1,1): error X1: early\n1\nb.cs(2,2): error X2: late\n2\n");
        OutputBlock.Show(log, folder.Combine("log"), "> ", lastLines: 2, parse: line =>
        {
            seen.Add(line);
            return true;
        });
        Assert.Equal(["a.cs(1,1): error X1: early", "b.cs(2,2): error X2: late"], seen);
        Assert.EndsWith("> 2", log.Lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(log.Lines, line => line.Contains("error", StringComparison.Ordinal));
    }

    [Fact]
    public void A_large_output_is_handed_over_in_pieces_that_end_at_line_breaks()
    {
        Show(string.Concat(Enumerable.Range(0, 50_000).Select(i => $"line {i}\n")), lastLines: null);
        Assert.True(log.Lines.Count > 1);
        Assert.All(log.Lines, piece => Assert.InRange(piece.Length, 1, 70_000));
        Assert.Equal(Enumerable.Range(0, 50_000).Select(i => $"> line {i}"), log.Lines.SelectMany(piece => piece.Split('\n')));
    }

    [UnixFact]
    public void A_log_that_has_become_a_device_or_a_pipe_is_not_read()
    {
        File.CreateSymbolicLink(folder.Combine("device"), "/dev/zero");
        Pipe.Make(folder.Combine("pipe"));
        foreach (string name in new[] { "device", "pipe" })
            OutputBlock.Show(log, folder.Combine(name), "> ", lastLines: 2, parse: null);
        Assert.Empty(log.Lines);
    }

    [Fact]
    public void Of_a_log_without_bounds_only_the_end_is_read()
    {
        using (FileStream file = File.Create(folder.Combine("log")))
        {
            // Nothing of it is on the disk.
            file.SetLength(5_000_000_000);
            file.Seek(0, SeekOrigin.End);
            file.Write("\nlast\n"u8);
        }
        var seen = new List<string>();
        OutputBlock.Show(log, folder.Combine("log"), "> ", lastLines: 1, parse: line =>
        {
            seen.Add(line);
            return false;
        });
        Assert.StartsWith("> (what is before the last 64 MB is in ", log.Lines[0], StringComparison.Ordinal);
        Assert.EndsWith("\n> last", log.Lines[^1], StringComparison.Ordinal);
    }

    private void Show(string text, int? lastLines)
    {
        folder.Write("log", text);
        OutputBlock.Show(log, folder.Combine("log"), "> ", lastLines, parse: null);
    }
}
