using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing.TaskFolders;
using ParallelExec.TaskFolders;
using ParallelExec.Tests.Reporting;

namespace ParallelExec.Tests.TaskFolders;

/// <summary>What is written back to a person's files: whole, to the right file, and what could not be is told.</summary>
public sealed class TaskFolderWriterTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    private readonly TestKit.TestFolder folder = new();
    private readonly RecordingLog log = new();
    private readonly List<Diagnostic> diagnostics = [];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(196)]
    [InlineData(197)]
    public void A_summary_that_is_cut_in_the_middle_of_a_character_is_still_text(int length)
    {
        Subtask subtask = Feature().Subtasks[0];
        Assert.True(Writer().Complete(subtask, new string('x', length) + "😀😀😀", At));
        Assert.Contains("\"status\": \"completed\"", folder.Read("tasks/f/subtask_01.json"), StringComparison.Ordinal);
        Assert.Empty(log.Lines);
    }

    [Fact]
    public void A_half_of_a_character_in_what_an_agent_said_is_replaced()
    {
        Subtask subtask = Feature().Subtasks[0];
        Assert.True(Writer().Complete(subtask, "said \ud83d", At));
        Assert.Contains("said \uFFFD", folder.Read("tasks/f/subtask_01.json"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_in_a_summary_is_hidden()
    {
        Subtask subtask = Feature().Subtasks[0];
        new TaskFolderWriter(Features(), log, SecretMasker.For(["s3cret"])).Complete(subtask, "with s3cret", At);
        Assert.Contains("with ***", folder.Read("tasks/f/subtask_01.json"), StringComparison.Ordinal);
    }

    [UnixFact]
    public void A_link_stays_one_and_rights_stay_as_they_are()
    {
        if (OperatingSystem.IsWindows())
            return;
        folder.Write("mine.json", "{\"seq\": 1}");
        File.SetUnixFileMode(folder.Combine("mine.json"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupExecute);
        folder.Write("tasks/f/task.json", "{}");
        File.CreateSymbolicLink(folder.Combine("tasks/f/subtask_01.json"), "../../mine.json");
        Assert.True(Writer().Block(Features().Single().Subtasks[0]));
        Assert.Equal("{\"seq\": 1, \"status\": \"blocked\", \"completed_at\": null}", folder.Read("mine.json"));
        Assert.Equal("../../mine.json", new FileInfo(folder.Combine("tasks/f/subtask_01.json")).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupExecute, File.GetUnixFileMode(folder.Combine("mine.json")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no JSON any more")]
    public void A_change_by_hand_that_can_not_be_written_is_an_error_and_counts_nothing(string? meanwhile)
    {
        ImmutableArray<Feature> features = [Feature()];
        folder.Delete("tasks/f/subtask_01.json");
        if (meanwhile is not null)
            folder.Write("tasks/f/subtask_01.json", meanwhile);
        Assert.Empty(Change(features, "f-01").Complete("done", At).ToArray());
        Assert.Equal((Codes.NotWrittenBack, Severity.Error, "'f-01' is as it was: its file could not be written."), Single());
        Assert.Equal("{}", folder.Read("tasks/f/task.json"));
    }

    [Fact]
    public void Two_subtasks_with_one_id_are_PEX1002_and_neither_is_changed()
    {
        folder.Write("tasks/a/f/subtask_01.json", "{}");
        folder.Write("tasks/b/f/subtask_01.json", "{}");
        Assert.Empty(Change(Features(), "f-01").Block().ToArray());
        Assert.Equal(Codes.DuplicateId, Single().Code);
        Assert.Equal("{}", folder.Read("tasks/a/f/subtask_01.json"));
    }

    [Fact]
    public void A_feature_that_can_not_be_moved_is_PEX5008_and_stays_what_it_was()
    {
        folder.Write("tasks/f/task.json", "{\"status\": \"completed\"}");
        folder.Write("tasks/f/subtask_01.json", "{\"status\": \"completed\"}");
        folder.Write("tasks/completed", "in the way");
        Assert.Empty(Change(Features(), "f").Archive().ToArray());
        Assert.Equal(Codes.NotArchived, Single().Code);
        Assert.Equal("{\"status\": \"completed\"}", folder.Read("tasks/f/task.json"));
    }

    [Fact]
    public void A_feature_that_was_moved_is_archived_where_it_is()
    {
        folder.Write("tasks/f/task.json", "{\"status\": \"completed\"}");
        folder.Write("tasks/f/subtask_01.json", "{\"status\": \"completed\"}");
        Assert.Single(Change(Features(), "f").Archive().ToArray());
        Assert.Equal("{\"status\": \"archived\"}", folder.Read("tasks/completed/f/task.json"));
        Assert.False(folder.Exists("tasks/f"));
    }

    private (string Code, Severity Severity, string Message) Single()
    {
        Diagnostic diagnostic = Assert.Single(diagnostics, diagnostic => diagnostic.Severity == Severity.Error);
        return (diagnostic.Code, diagnostic.Severity, diagnostic.Message);
    }

    private Feature Feature()
    {
        folder.Write("tasks/f/task.json", "{}");
        folder.Write("tasks/f/subtask_01.json", "{}");
        return Features().Single();
    }

    private TaskFolderWriter Writer() => new(Features(), log, masker: null);

    private TaskFolderChange Change(ImmutableArray<Feature> features, params string[] only)
    {
        TaskFolderLock folders = TaskFolderLock.TryTake(features.Select(feature => feature.Folder), diagnostics)!;
        return new TaskFolderChange(features, folders, new TaskFolderWriter(features, log, masker: null), only, diagnostics);
    }

    private ImmutableArray<Feature> Features() => new TaskFolderReader(
        Given.Options with { ProjectDirectory = folder.Path, TaskFolders = [folder.Combine("tasks")] }, diagnostics).Read();
}
