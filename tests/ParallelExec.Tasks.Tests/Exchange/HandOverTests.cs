using ParallelExec.Model;
using ParallelExec.Tests.Execution;

namespace ParallelExec.Tests.Exchange;

/// <summary>What goes from subtask to subtask: nothing is lost without a word, and no file keeps a secret.</summary>
public sealed class HandOverTests : IDisposable
{
    private const string Secret = "s3cret\"quoted";

    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [UnixFact]
    public async Task Of_two_names_that_are_one_variable_the_first_counts_and_the_context_file_has_both()
    {
        (await run.Async(
            run.Shell("a", "printf 'x.y=dot\\nx-y=dash\\nport=low\\nPORT=up\\n' > $PARALLELEXEC_OUTPUT"),
            run.Shell("b <- a", "echo $PARALLELEXEC_OUTPUT_A_X_Y $PARALLELEXEC_OUTPUT_A_PORT > got.txt"),
            run.Shell("c <- a, b", "true"))).AllSucceeded();
        Assert.Equal("dash up\n", run.Folder.Read("got.txt"));
        string context = run.Folder.Read("state/handover/b.context.json");
        Assert.All(["\"x.y\": \"dot\"", "\"x-y\": \"dash\"", "\"port\": \"low\"", "\"PORT\": \"up\""], each => Assert.Contains(each, context, StringComparison.Ordinal));
        Assert.Equal(
            [
                Lost("'a' hands on 'PORT' and 'port', which are one environment variable, PARALLELEXEC_OUTPUT_A_PORT: it has the value of 'PORT'. The context file has each under its name. Rename one of them."),
                Lost("'a' hands on 'x-y' and 'x.y', which are one environment variable, PARALLELEXEC_OUTPUT_A_X_Y: it has the value of 'x-y'. The context file has each under its name. Rename one of them."),
            ],
            run.Log.Lines.Where(line => line.Contains(Codes.VariableLost, StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [UnixFact]
    public async Task Of_two_subtasks_that_are_one_variable_the_first_counts_and_it_is_told_once()
    {
        (await run.Async(
            run.Shell("a.b", "echo x=dot > $PARALLELEXEC_OUTPUT"),
            run.Shell("a-b", "echo x=dash > $PARALLELEXEC_OUTPUT"),
            run.Shell("c <- a.b, a-b", "echo $PARALLELEXEC_OUTPUT_A_B_X > got.txt"),
            run.Shell("d <- a.b, a-b", "true"))).AllSucceeded();
        Assert.Equal("dot\n", run.Folder.Read("got.txt"));
        Assert.Contains("\"a-b\": {\n      \"x\": \"dash\"", run.Folder.Read("state/handover/c.context.json"), StringComparison.Ordinal);
        Assert.StartsWith(
            Lost("'a.b' and 'a-b' hand on values that are one environment variable, PARALLELEXEC_OUTPUT_A_B_X: it has the value of 'a.b'."),
            Assert.Single(run.Log.Lines, line => line.Contains(Codes.VariableLost, StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task No_file_of_the_run_keeps_a_secret_and_who_needs_it_has_it()
    {
        run.Environment["TOKEN"] = Secret;
        Team team = new("auth", run.Folder.Combine("shared.md"), Coordination.Async);
        Subtask giver = run.Shell("giver", "echo \"value=$TOKEN\" > $PARALLELEXEC_OUTPUT; echo \"note $TOKEN\" >> $PARALLELEXEC_NOTES; echo \"$TOKEN\"") with
        {
            Secrets = ["TOKEN"],
            Title = $"Title {Secret}",
            Group = $"Group {Secret}",
            Role = $"Role {Secret}",
            AcceptanceCriteria = [$"Criterion {Secret}"],
            Team = team,
        };
        Subtask agent = Given.Subtask("agent <- giver") with
        {
            WorkingDirectory = run.Folder.Path,
            Work = new AgentWork("Coder", $"Prompt {Secret}")
            {
                Command = new AgentCommand(null, "/bin/sh", ["-c", "cat > /dev/null; test \"$PARALLELEXEC_OUTPUT_GIVER_VALUE\" = \"$TOKEN\" && echo \"x=$TOKEN\" > $PARALLELEXEC_OUTPUT"], []),
            },
        };
        Subtask failing = run.Shell("failing", "echo \"x=$TOKEN\" > $PARALLELEXEC_OUTPUT; exit 1") with { ContinueOnError = ContinueOnError.WarnAndContinue };
        Run.Results results = await run.Async(giver, agent, failing);
        Assert.Equal((SubtaskStatus.Succeeded, ""), (results["agent"].Status, results["agent"].Reason));
        Assert.Contains("## Handed on by giver\n\nvalue=***\n\nnote ***\n", run.Folder.Read("state/handover/agent.prompt.md"), StringComparison.Ordinal);
        Assert.Contains("note ***", run.Folder.Read("state/handover/giver.notes.md"), StringComparison.Ordinal);
        Assert.Contains("\"value\": \"***\"", run.Folder.Read("state/handover/agent.context.json"), StringComparison.Ordinal);
        foreach (string file in run.Folder.Files("state/handover").Append("shared.md"))
        {
            Assert.DoesNotContain("s3cret", run.Folder.Read(file), StringComparison.Ordinal);
            Assert.False(file.EndsWith(".output", StringComparison.Ordinal), file);
        }
    }

    [UnixTheory]
    [InlineData("printf 'a=\\000' > $PARALLELEXEC_OUTPUT", "it has a NUL in it, which no environment variable can hold")]
    [InlineData("mkdir $PARALLELEXEC_OUTPUT", "It is not a plain file.")]
    [InlineData("truncate -s 400000000 $PARALLELEXEC_OUTPUT", "It has more than 10 MB.")]
    [InlineData("printf '  <<END\\nx\\nEND\\n' > $PARALLELEXEC_OUTPUT", "line 1 is neither NAME=value nor NAME<<END:   <<END")]
    public async Task What_can_not_be_handed_on_is_PEX3006(string command, string why)
    {
        SubtaskResult result = (await run.Async(run.Shell("a", command), run.Shell("b <- a", "true")))["a"];
        Assert.Equal((SubtaskStatus.Failed, Codes.HandOver, $"what it wrote to PARALLELEXEC_OUTPUT can not be read: {why}"), (result.Status, result.Code, result.Reason));
    }

    [UnixFact]
    public async Task A_secret_in_a_line_that_is_quoted_cut_is_hidden()
    {
        run.Environment["TOKEN"] = new string('k', 200);
        SubtaskResult result = (await run.Async(run.Shell("a", "echo $TOKEN > $PARALLELEXEC_OUTPUT") with { Secrets = ["TOKEN"] }))["a"];
        Assert.EndsWith("line 1 is neither NAME=value nor NAME<<END: ***", result.Reason, StringComparison.Ordinal);
    }

    private static string Lost(string message) => $"warning {Codes.VariableLost}: {message}";
}
