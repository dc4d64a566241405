using ParallelExec.Agents.Transcripts;
using ParallelExec.Model;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Agents;

/// <summary>What the known command lines tell of files that their agents have changed.</summary>
public sealed class WrittenFilesTests : IDisposable
{
    private readonly TestFolder folder = new("written");

    public void Dispose() => folder.Dispose();

    [UnixTheory]
    [InlineData("claude")]
    [InlineData("opencode")]
    [InlineData("qwen")]
    [InlineData("gemini")]
    [InlineData("copilot")]
    public void A_recording_of_the_real_one_names_the_file(string preset) =>
        Assert.Equal(["/project/new.txt"], Of(preset, Path.Combine(ReplayedAgent.Folder, preset, "ok.txt")));

    [UnixFact]
    public void Of_codex_a_change_of_files_is_told_and_a_command_is_not()
    {
        string log = folder.Write("log", """
            noise {"type":"item.completed","item":{"type":"file_change","changes":[{"path":"src/a.cs","kind":"add"},{"path":7},{}]}}
            {"type":"item.completed","item":{"type":"command_execution","command":"echo > b.cs"}}
            {"type":"item.completed","item":{"type":"file_change","changes":"none"}}
            {"type":"item.completed","item":null}
            {"type":"item.comp
            """);
        Assert.Equal(["/project/7", "/project/src/a.cs"], Of("codex", log).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Of_a_tool_of_the_users_own_and_of_no_log_nothing_is_known()
    {
        Assert.Empty(Of(null, Path.Combine(ReplayedAgent.Folder, "claude", "ok.txt")));
        Assert.Empty(Of("claude", folder.Combine("none")));
    }

    private static HashSet<string> Of(string? preset, string log) => WrittenFiles.Of(
        Given.Subtask("a") with
        {
            Work = new AgentWork("", "") { Command = new AgentCommand(preset, "tool", [], []) },
            WorkingDirectory = "/project",
        },
        log);
}
