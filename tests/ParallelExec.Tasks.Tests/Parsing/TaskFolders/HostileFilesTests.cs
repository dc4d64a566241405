using System.Collections.Immutable;
using System.Text;
using ParallelExec.Model;
using ParallelExec.Parsing.TaskFolders;

namespace ParallelExec.Tests.Parsing.TaskFolders;

/// <summary>Whatever stands in a task folder: what can not be read is told at its place, and the rest is read.</summary>
public sealed class HostileFilesTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();
    private readonly List<Diagnostic> diagnostics = [];

    public HostileFilesTests()
    {
        folder.Write("tasks/f/task.json", "{}");
        folder.Write("tasks/f/subtask_02.json", """{"title": "The other"}""");
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("\"title\": \"a\\u0000b\"", 12, "a text has a NUL (\\u0000) in it; remove it")]
    [InlineData("\"context_files\": [\"a\\u0000b\"]", 21, "a text has a NUL (\\u0000) in it; remove it")]
    [InlineData("\"title\": \"\\ud83d\"", 12, "a text has a half of a character (such as \\ud83d alone) in it, or is not UTF-8")]
    [InlineData("\"own\": {\"\\udc00\": 1}", 11, "a text has a half of a character (such as \\ud83d alone) in it, or is not UTF-8")]
    [InlineData("\"title\": \"<latin>\"", 12, "a text is not UTF-8; save the file as UTF-8")]
    [InlineData("\"ü\": \"<latin>\"", 8, "a text is not UTF-8; save the file as UTF-8")]
    public void What_is_no_text_is_PEX5001_at_its_line_and_column_and_the_rest_is_read(string field, int column, string why)
    {
        byte[] text = Encoding.UTF8.GetBytes($"{{\n  {field}\n}}");
        int latin = text.AsSpan().IndexOf("<latin>"u8);
        File.WriteAllBytes(folder.Combine("tasks/f/subtask_01.json"), latin < 0 ? text : [.. text[..latin], 0xE4, .. text[(latin + 7)..]]);
        Assert.Equal(["The other"], Read().Single().Subtasks.Select(subtask => subtask.Title));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.UnreadableJson, 2, column), (error.Code, error.Origin!.Location!.Line, error.Origin.Location.Column));
        Assert.EndsWith(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thousand_levels_are_PEX5001_and_sixty_three_are_handed_on()
    {
        folder.Write("tasks/f/subtask_01.json", $"{{\"own\": {new string('[', 1000)}{new string(']', 1000)}}}");
        folder.Write("tasks/f/subtask_03.json", $"{{\"own\": {new string('[', 62)}{new string(']', 62)}}}");
        Assert.Equal(["f-02", "f-03"], Read().Single().Subtasks.Select(subtask => subtask.Id));
        Assert.Equal(Codes.UnreadableJson, Assert.Single(diagnostics).Code);
    }

    [Theory]
    [InlineData("seq")]
    [InlineData("timeout")]
    [InlineData("retries")]
    [InlineData("estimated_duration")]
    [InlineData("parallel")]
    [InlineData("status")]
    [InlineData("depends_on")]
    [InlineData("context_files")]
    [InlineData("deliverables")]
    [InlineData("acceptance_criteria")]
    [InlineData("title")]
    [InlineData("run")]
    [InlineData("verify")]
    [InlineData("prompt")]
    [InlineData("started_at")]
    [InlineData("suggested_agent")]
    [InlineData("id")]
    public void Any_field_can_be_anything(string field)
    {
        string[] values =
        [
            "null", "0", "-1", "1.5", "1e400", "1e-400", "9223372036854775807", "99999999999999999999999", "\"\"", "\" \"", "\"x\"", "\"٣\"", "\"1e9\"", "\"NaN\"",
            "true", "{}", "[]", "[null]", "[[]]", "[{}]", "{\"command\": 1}", "{\"command\": null}", "[{\"path\": 1e400}]", "[{\"path\": \"\\n\"}]", "[\" \"]",
            $"\"{new string('a', 100_000)}\"", $"\"{new string('/', 100_000)} x\"", $"[\"{new string('/', 100_000)} x\"]", "\"\\u001b[31m\"", "\"***\"", "[\"***\"]", "[\"..\"]",
        ];
        foreach (string value in values)
        {
            diagnostics.Clear();
            folder.Write("tasks/f/subtask_01.json", $"{{\"{field}\": {value}}}");
            Assert.Equal("The other", Read(allowOutside: true).Single().Subtasks.Single(subtask => subtask.Title == "The other").Title);
            Assert.All(diagnostics, diagnostic =>
            {
                Assert.True(diagnostic.Message.Length < 1000, value);
                Assert.True(diagnostic.Origin!.Location!.Line > 0, value);
            });
        }
    }

    [Theory]
    [InlineData("\"12345678901\"", "01", "\"seq\" is '12345678901', not a whole number. It is taken as 01.")]
    [InlineData("-1", "01", "\"seq\" is '-1', not a whole number. It is taken as 01.")]
    [InlineData("[]", "01", "\"seq\" is not a whole number. It is taken as 01.")]
    [InlineData("7", "07", null)]
    public void A_sequence_number_that_is_none_is_told(string seq, string taken, string? message)
    {
        folder.Write("tasks/f/subtask_01.json", $"{{\"seq\": {seq}, \"title\": \"It\"}}");
        Assert.Equal($"f-{taken}", Read().Single().Subtasks.Single(subtask => subtask.Title == "It").Id);
        Assert.Equal(message, diagnostics.SingleOrDefault()?.Message);
    }

    [Theory]
    [InlineData("\"0.5s\"", 500)]
    [InlineData("1e-9", null)]
    [InlineData("{\"a\": 1}", null)]
    public void A_duration_of_nothing_is_none(string timeout, int? milliseconds)
    {
        folder.Write("tasks/f/subtask_01.json", $"{{\"run\": \"x\", \"timeout\": {timeout}}}");
        Assert.Equal(milliseconds, Read().Single().Subtasks[0].Timeout?.TotalMilliseconds);
        Assert.Equal(milliseconds is null ? 1 : 0, diagnostics.Count);
    }

    [Fact]
    public void A_folder_that_is_named_twice_is_read_once()
    {
        Assert.Equal(["f"], Read("tasks", "tasks/f", "tasks/f/").Select(feature => feature.Id));
        Assert.Equal([Codes.Oddity, Codes.Oddity], diagnostics.Select(diagnostic => diagnostic.Code));
        Assert.StartsWith($"'{folder.Combine("tasks/f")}' is named twice", diagnostics[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_root_of_the_file_system_is_no_task_folder()
    {
        Assert.Empty(Read(Path.GetPathRoot(folder.Path)!));
        Assert.Equal(Codes.NoTaskFolder, Assert.Single(diagnostics).Code);
    }

    [Fact]
    public void A_folder_in_the_place_of_a_file_is_told()
    {
        Directory.CreateDirectory(folder.Combine("tasks/f/subtask_01.json"));
        Assert.Single(Read().Single().Subtasks);
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.UnreadableJson, folder.Combine("tasks/f/subtask_01.json")), (error.Code, error.Origin!.File));
        Assert.EndsWith("It is not a plain file.", error.Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public void A_pipe_in_the_place_of_a_file_holds_nobody_up()
    {
        using (var made = System.Diagnostics.Process.Start("mkfifo", [folder.Combine("tasks/f/subtask_01.json")]))
            made.WaitForExit();
        Assert.Single(Read().Single().Subtasks);
        Assert.Equal(Codes.UnreadableJson, Assert.Single(diagnostics).Code);
    }

    [Fact]
    public void A_file_of_more_than_ten_megabytes_is_PEX5001()
    {
        using (FileStream file = File.Create(folder.Combine("tasks/f/subtask_01.json")))
            file.SetLength(400_000_000);
        Assert.Single(Read().Single().Subtasks);
        Assert.EndsWith("It has more than 10 MB.", Assert.Single(diagnostics).Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public void A_file_that_is_a_link_is_read_unless_it_leads_out_of_the_project()
    {
        using var elsewhere = new TestKit.TestFolder();
        elsewhere.Write("x.json", """{"title": "Outside"}""");
        folder.Write("mine.json", """{"title": "Inside"}""");
        File.CreateSymbolicLink(folder.Combine("tasks/f/subtask_01.json"), elsewhere.Combine("x.json"));
        File.CreateSymbolicLink(folder.Combine("tasks/f/subtask_03.json"), "../../mine.json");
        File.CreateSymbolicLink(folder.Combine("tasks/f/subtask_04.json"), "gone.json");
        Assert.Equal(["The other", "Inside"], Read().Single().Subtasks.Select(subtask => subtask.Title));
        Assert.Equal([Codes.OutsideProject, Codes.UnreadableJson], diagnostics.Select(diagnostic => diagnostic.Code));
        diagnostics.Clear();
        Assert.Contains("Outside", Read(allowOutside: true).Single().Subtasks.Select(subtask => subtask.Title));
    }

    [UnixTheory]
    [InlineData("docs/x.md")]
    [InlineData("inner/x.md")]
    [InlineData("inner/not-there-yet.md")]
    [InlineData("round/x.md")]
    public void A_path_that_leads_out_of_the_project_by_a_link_is_PEX5004(string path)
    {
        using var elsewhere = new TestKit.TestFolder();
        elsewhere.Write("x.md", "");
        Directory.CreateDirectory(folder.Combine("docs"));
        File.CreateSymbolicLink(folder.Combine("docs/x.md"), elsewhere.Combine("x.md"));
        Directory.CreateSymbolicLink(folder.Combine("inner"), elsewhere.Path);
        Directory.CreateSymbolicLink(folder.Combine("round"), folder.Combine("docs"));
        folder.Write("tasks/f/subtask_01.json", $"{{\n  \"deliverables\": [\"{path}\"]\n}}");
        Read();
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.OutsideProject, 2), (error.Code, error.Origin!.Location!.Line));
        Assert.Contains("leads by a link outside of", error.Message, StringComparison.Ordinal);
        diagnostics.Clear();
        Read(allowOutside: true);
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void A_link_that_stays_in_the_project_is_no_matter()
    {
        folder.Write("docs/x.md", "");
        Directory.CreateSymbolicLink(folder.Combine("round"), folder.Combine("docs"));
        folder.Write("tasks/f/subtask_01.json", """{"context_files": ["round/x.md"]}""");
        Assert.Equal([folder.Combine("round/x.md")], Read().Single().Subtasks[0].ContextFiles.ToArray());
        Assert.Empty(diagnostics);
    }

    [UnixFact]
    public void A_folder_that_links_to_one_above_it_is_read_once()
    {
        Directory.CreateSymbolicLink(folder.Combine("tasks/round"), folder.Combine("tasks"));
        Assert.Equal(["f"], Read().Select(feature => feature.Id));
    }

    [Fact]
    public void A_thousand_keys_that_stand_twice_are_ten_lines_and_a_count()
    {
        string keys = string.Concat(Enumerable.Range(0, 1000).Select(n => $"\"k{n}\": 1, \"k{n}\": 2, "));
        folder.Write("tasks/f/subtask_01.json", $"{{{keys}\"title\": \"It\"}}");
        Assert.Equal("It", Read().Single().Subtasks[0].Title);
        Assert.Equal(11, diagnostics.Count);
        Assert.Equal("990 more keys stand twice; the last counts.", diagnostics[^1].Message);
    }

    [Fact]
    public void Ten_thousand_subtasks_that_depend_on_each_other_are_read()
    {
        for (int n = 3; n <= 10_000; n++)
            folder.Write($"tasks/f/subtask_{n:00}.json", $"{{\"seq\": \"{n:00}\", \"depends_on\": [\"{n - 1:00}\", \"f-02\", \"subtask_02.json\", \"elsewhere-{n}\"]}}");
        ImmutableArray<Subtask> subtasks = Read().Single().Subtasks;
        Assert.Empty(diagnostics);
        Assert.Equal(["f-9999", "f-02", "f-02", "elsewhere-10000"], subtasks[^1].DependsOn.ToArray());
    }

    [Fact]
    public void A_name_that_is_too_long_for_ids_is_PEX1001()
    {
        folder.Write($"tasks/{new string('n', 195)}/task.json", "{}");
        Read();
        Assert.Equal(Codes.InvalidId, Assert.Single(diagnostics).Code);
    }

    private ImmutableArray<Feature> Read(bool allowOutside = false) => Read(allowOutside, "tasks");

    private ImmutableArray<Feature> Read(params string[] folders) => Read(false, folders);

    private ImmutableArray<Feature> Read(bool allowOutside, params string[] folders) => new TaskFolderReader(
        Given.Options with { ProjectDirectory = folder.Path, TaskFolders = [.. folders.Select(each => Path.Combine(folder.Path, each))], AllowOutside = allowOutside }, diagnostics).Read();
}
