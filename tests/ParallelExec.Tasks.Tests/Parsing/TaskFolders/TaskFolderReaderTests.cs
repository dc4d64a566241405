using ParallelExec.Model;
using ParallelExec.Parsing.TaskFolders;

namespace ParallelExec.Tests.Parsing.TaskFolders;

/// <summary>Every shape of the format that is found in the wild is read, and each oddity told once at its place.</summary>
public sealed class TaskFolderReaderTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();
    private readonly List<Diagnostic> diagnostics = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_clean_feature_becomes_subtasks()
    {
        folder.Write("docs/spec.md", "");
        Task("\"id\": \"f\", \"name\": \"The feature\", \"status\": \"active\", \"objective\": \"x\", \"subtask_count\": 2, \"completed_count\": 1");
        Subtask("01", "\"status\": \"completed\", \"parallel\": true, \"suggested_agent\": \"CoderAgent\"");
        Subtask("02", """
            "title": "Second", "depends_on": ["01"], "context_files": ["docs/spec.md", {"path": "docs", "lines": "1-2", "reason": "x"}],
            "acceptance_criteria": ["fast"], "deliverables": ["out/a.ts (new)", "A good feeling", "`b.md`"], "verify": "test -f x", "timeout": "5m",
            "retries": 2, "estimated_duration": "30 minutes", "run": {"command": "echo hi"}, "contracts": [{"type": "api"}]
            """);
        Feature feature = Assert.Single(Read());
        Assert.Empty(diagnostics);
        Assert.Equal(("f", "The feature", "active"), (feature.Id, feature.Name, feature.Status));
        Assert.Equal(["f-01", "f-02"], feature.Subtasks.Select(subtask => subtask.Id));
        Assert.Equal((new AgentWork("CoderAgent", ""), true, TaskFileStatus.Completed), (feature.Subtasks[0].Work, feature.Subtasks[0].Parallel, feature.Subtasks[0].TaskFile!.Status));
        Subtask second = feature.Subtasks[1];
        Assert.Equal(("f", "Second", false, new CommandWork("echo hi", null), new CommandWork("test -f x", null)), (second.Group, second.Title, second.Parallel, second.Work, second.Verify));
        Assert.Equal(["f-01"], second.DependsOn.ToArray());
        Assert.Equal([folder.Combine("docs/spec.md"), folder.Combine("docs")], second.ContextFiles.ToArray());
        Assert.Equal(["fast", "A good feeling"], second.AcceptanceCriteria.ToArray());
        Assert.Equal(["out/a.ts", "b.md"], second.Outputs.Select(output => output.Declared));
        Assert.Equal((TimeSpan.FromMinutes(5), 2, TimeSpan.FromMinutes(30)), (second.Timeout, second.Retries, second.EstimatedDuration));
    }

    [Theory]
    [InlineData("\"01\"")]
    [InlineData("1")]
    [InlineData("\"f-01\"")]
    [InlineData("\"subtask_01.json\"")]
    [InlineData("\"subtask_01_create_things.json\"")]
    [InlineData("{\"seq\": \"01\"}")]
    public void A_dependency_is_a_number_an_id_or_a_file_name(string dependency)
    {
        Task("");
        folder.Write("tasks/f/subtask_01_create_things.json", "{\"seq\": \"01\"}");
        Subtask("02", $"\"depends_on\": [{dependency}]");
        Assert.Equal(["f-01"], Read().Single().Subtasks[1].DependsOn.ToArray());
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void A_dependency_that_is_neither_is_left_to_the_plan()
    {
        Task("");
        Subtask("01", "\"depends_on\": [\"other-02\", \"lint\"]");
        Assert.Equal(["other-02", "lint"], Read().Single().Subtasks[0].DependsOn.ToArray());
    }

    [Fact]
    public void A_number_that_is_not_there_is_PEX5002_at_its_place()
    {
        Task("");
        folder.Write("tasks/f/subtask_01.json", "{\n  \"seq\": \"01\",\n  \"depends_on\": [\"07\"]\n}");
        Read();
        Expect(Codes.MissingSeq, Severity.Error, 3, 18, "'f-01' depends on 07, but the feature has no subtask 07. It has 01.");
    }

    [Fact]
    public void Broken_JSON_is_PEX5001_with_line_and_column_and_the_rest_is_read()
    {
        Task("");
        Subtask("01", "");
        folder.Write("tasks/f/subtask_02.json", "{\n  \"seq\": \"02\"\n  \"title\": \"x\"\n}");
        Assert.Equal(["f-01"], Read().Single().Subtasks.Select(subtask => subtask.Id));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.UnreadableJson, 3, folder.Combine("tasks/f/subtask_02.json")), (error.Code, error.Origin!.Location!.Line, error.Origin.File));
        Assert.DoesNotContain("LineNumber", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"status\": \"started\"", "\"status\" is 'started'; expected pending, in_progress, completed, blocked or failed. It is taken as pending.")]
    [InlineData("\"parallel\": \"yes\"", "\"parallel\" is a text, not true or false.")]
    [InlineData("\"depends_on\": \"02\"", "\"depends_on\" is a text, not a list.")]
    [InlineData("\"retries\": \"many\"", "\"retries\" is not a whole number.")]
    [InlineData("\"timeout\": \"later\"", "\"timeout\" is 'later'; expected a duration such as 90s, 5m, 1h30m, 500ms or 00:05:00.")]
    [InlineData("\"title\": [1]", "\"title\" is not a text.")]
    [InlineData("\"title\": \"a\", \"title\": \"b\"", "\"title\" stands twice; the last counts.")]
    public void An_oddity_is_one_warning_with_its_place(string field, string message)
    {
        Task("");
        folder.Write("tasks/f/subtask_01.json", $"{{\n  \"seq\": \"01\",\n  {field}\n}}");
        Subtask("02", "");
        Assert.Equal(2, Read().Single().Subtasks.Length);
        Diagnostic warning = Assert.Single(diagnostics);
        Assert.Equal((Codes.Oddity, Severity.Warning, 3), (warning.Code, warning.Severity, warning.Origin!.Location!.Line));
        Assert.EndsWith(message, warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_file_that_is_not_there_is_kept_with_its_place_and_its_absence_is_for_the_plan_or_the_run_to_judge()
    {
        Task("");
        folder.Write("tasks/f/subtask_01.json", "{\n  \"seq\": \"01\",\n  \"context_files\": [\n    {\"path\": \"gone.md\", \"lines\": \"1-9\"}]\n}");
        TaskFile file = Read().Single().Subtasks.Single().TaskFile!;
        MissingFile missing = Assert.Single(file.MissingContext);
        Assert.Equal(("gone.md", 4, "f-01"), (missing.Path, missing.NamedAt.Location!.Line, missing.NamedAt.Id));
        Assert.Empty(diagnostics);
        // What an entry says beyond its path reaches the agent.
        Assert.Equal("{\"context_files\": [{\"path\":\"gone.md\",\"lines\":\"1-9\"}]}", file.Details);
    }

    [Theory]
    [InlineData("\"2026-11-20T10:00:00.000Z\"", true)]
    [InlineData("null", false)]
    [InlineData("\"yesterday\"", false)]
    public void When_an_earlier_run_began_with_it_is_known(string startedAt, bool known)
    {
        Task("");
        folder.Write("tasks/f/subtask_01.json", $"{{ \"seq\": \"01\", \"started_at\": {startedAt} }}");
        DateTimeOffset? begun = Read().Single().Subtasks.Single().TaskFile!.BegunAt;
        Assert.Equal(known ? new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero) : null, begun);
    }

    [Fact]
    public void What_is_not_ours_is_kept_as_strict_JSON_for_the_agent()
    {
        Task("");
        folder.Write("tasks/f/subtask_01.json", "{ \"seq\": \"01\", \"title\": \"x\", \"contracts\": [ {\"type\": \"api\",}, ], // why\n \"module\": \"ü\", \"stage\": null }");
        Assert.Equal("{\"contracts\": [{\"type\":\"api\"}], \"module\": \"ü\"}", Read().Single().Subtasks.Single().TaskFile!.Details);
        Subtask("02", "");
        Assert.Equal("", Read().Single().Subtasks[1].TaskFile!.Details);
    }

    [Fact]
    public void Wrong_counts_and_another_id_are_warnings()
    {
        Task("\"id\": \"g\", \"subtask_count\": 5, \"completed_count\": 2");
        Subtask("01", "");
        Read();
        Assert.Equal([Codes.Oddity, Codes.Oddity, Codes.Oddity], diagnostics.Select(diagnostic => diagnostic.Code));
        Assert.Contains(diagnostics, diagnostic => diagnostic.Message.EndsWith("\"subtask_count\" says 5, but it is 1.", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_task_json_the_folder_names_the_feature()
    {
        folder.Write("tasks/my-feature/subtask_01.json", "{}");
        Assert.Equal("my-feature-01", Read().Single().Subtasks.Single().Id);
        Assert.Equal(Codes.Oddity, Assert.Single(diagnostics).Code);
    }

    [Fact]
    public void Task_json_alone_is_a_feature_without_subtasks()
    {
        Task("\"subtask_count\": 0");
        Assert.Empty(Read().Single().Subtasks);
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void Null_comments_trailing_commas_and_a_byte_order_mark_are_nothing_odd()
    {
        Task("");
        folder.Write("tasks/f/subtask_01.json", "\uFEFF{ // c\n \"seq\": \"01\", \"title\": null, \"depends_on\": [], \"agent_id\": null, }");
        Read();
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void More_than_99_are_in_the_order_of_their_numbers()
    {
        Task("");
        foreach (int number in new[] { 100, 9, 20, 101 })
            Subtask($"{number:00}", "");
        Assert.Equal(["f-09", "f-20", "f-100", "f-101"], Read().Single().Subtasks.Select(subtask => subtask.Id));
    }

    [Fact]
    public void A_sequence_number_that_stands_twice_is_PEX1002()
    {
        Task("");
        Subtask("01", "");
        folder.Write("tasks/f/subtask_01_again.json", "{\"seq\": \"1\"}");
        Read();
        Assert.Equal(Codes.DuplicateId, Assert.Single(diagnostics).Code);
    }

    [Fact]
    public void A_root_holds_several_features_and_what_is_completed_is_left_out()
    {
        folder.Write("tasks/b/subtask_01.json", "{}");
        folder.Write("tasks/active/a/task.json", "{}");
        folder.Write("tasks/completed/c/task.json", "{}");
        folder.Write("tasks/notes/readme.md", "");
        Assert.Equal(["a", "b"], Read().Select(feature => feature.Id));
    }

    [Theory]
    [InlineData("\"deliverables\": [\"../other/x.md\"]")]
    [InlineData("\"context_files\": [\"/etc/hostname\"]")]
    public void A_path_that_leads_outside_is_PEX5004_unless_that_is_allowed(string field)
    {
        Task("");
        Subtask("01", field);
        Read();
        Assert.Equal(Codes.OutsideProject, Assert.Single(diagnostics, diagnostic => diagnostic.Severity == Severity.Error).Code);
        diagnostics.Clear();
        Read(allowOutside: true);
        Assert.DoesNotContain(diagnostics, diagnostic => diagnostic.Severity == Severity.Error);
    }

    [Fact]
    public void A_folder_that_is_not_there_or_empty_is_PEX5005()
    {
        Read();
        Directory.CreateDirectory(folder.Combine("tasks"));
        Read();
        Assert.Equal([Codes.NoTaskFolder, Codes.NoTaskFolder], diagnostics.Select(diagnostic => diagnostic.Code));
    }

    private void Task(string fields) => folder.Write("tasks/f/task.json", $"{{{fields}}}");

    private void Subtask(string seq, string fields) =>
        folder.Write($"tasks/f/subtask_{seq}.json", $"{{\"id\": \"f-{seq}\", \"seq\": \"{seq}\"{(fields.Length > 0 ? ", " : "")}{fields}}}");

    private System.Collections.Immutable.ImmutableArray<Feature> Read(bool allowOutside = false) => new TaskFolderReader(
        Given.Options with { ProjectDirectory = folder.Path, TaskFolders = [folder.Combine("tasks")], AllowOutside = allowOutside }, diagnostics).Read();

    private void Expect(string code, Severity severity, int line, int column, string message)
    {
        Diagnostic diagnostic = Assert.Single(diagnostics);
        Assert.Equal((code, severity, line, column, message), (diagnostic.Code, diagnostic.Severity, diagnostic.Origin!.Location!.Line, diagnostic.Origin.Location.Column, diagnostic.Message));
    }
}
