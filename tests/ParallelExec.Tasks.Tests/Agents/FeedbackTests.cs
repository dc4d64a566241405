using ParallelExec.Agents;
using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.Tests.Execution;

namespace ParallelExec.Tests.Agents;

/// <summary>What an agent that tries again is told.</summary>
public sealed class FeedbackTests : IDisposable
{
    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [UnixFact]
    public async Task Each_retry_is_told_what_failed_before_in_the_words_of_what_failed()
    {
        const string Tries = "n=$PARALLELEXEC_ATTEMPT; cat > prompt$n; echo try $n; [ $n -gt 1 ] || exit 7";
        Subtask agent = run.Agent("a", Tries) with
        {
            Retries = 3,
            AcceptanceCriteria = ["it is fast"],
            Verify = new CommandWork("n=$PARALLELEXEC_ATTEMPT; echo expected 4, got $n; test $n = 4", null),
        };
        (await run.Async(agent)).AllSucceeded();
        Assert.DoesNotContain("failed before", run.Folder.Read("prompt1"), StringComparison.Ordinal);
        Assert.Contains(
            """

            ## What failed before

            This is attempt 2 of 4.

            - Attempt 1: the agent failed: exit code 7: try 1

            What was written before is still there. Look at it, and mend what is wrong; do not begin anew.

            Not proven yet:

            - it is fast

            The attempt before said last:

            ```
            try 1
            ```

            """.ReplaceLineEndings("\n"),
            run.Folder.Read("prompt2"), StringComparison.Ordinal);
        string third = run.Folder.Read("prompt3"), fourth = run.Folder.Read("prompt4");
        const string First = "- Attempt 1: the agent failed: exit code 7: try 1\n";
        const string Second = "- Attempt 2: Verify failed with exit code 1: "
            + "n=$PARALLELEXEC_ATTEMPT; echo expected 4, got $n; test $n = 4\n";
        Assert.Contains($"attempt 3 of 4.\n\n{First}{Second}", third, StringComparison.Ordinal);
        Assert.Contains("\nThe check said:\n\n```\nexpected 4, got 2\n```\n", third, StringComparison.Ordinal);
        Assert.Contains("\nThe check said:\n\n```\nexpected 4, got 3\n```\n", fourth, StringComparison.Ordinal);
        Assert.Equal(fourth, run.Folder.Read("state/handover/a~4.prompt.md"));
    }

    [UnixFact]
    public async Task Outputs_that_are_not_there_are_named()
    {
        Subtask agent = run.Agent("a", "cat > prompt; [ $PARALLELEXEC_ATTEMPT = 1 ] || echo > out.txt") with { Retries = 1 };
        (await run.Async(run.Writing(agent, "out.txt"))).AllSucceeded();
        Assert.Contains("Not proven yet:\n\n- the file 'out.txt' is not there\n", run.Folder.Read("prompt"), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Without_feedback_each_attempt_gets_the_same_prompt()
    {
        Subtask agent = run.Agent("a", "cat > prompt$PARALLELEXEC_ATTEMPT; [ $PARALLELEXEC_ATTEMPT = 2 ]") with { Retries = 1 };
        (await run.Async(agent with { Work = (AgentWork)agent.Work with { RetryWithFeedback = false } })).AllSucceeded();
        Assert.Equal(run.Folder.Read("prompt1"), run.Folder.Read("prompt2"));
    }

    [UnixFact]
    public async Task A_retry_that_continues_goes_on_in_the_session_and_is_told_only_what_failed()
    {
        const string Script = """
            n=$PARALLELEXEC_ATTEMPT; cat > prompt$n; echo "$*" > arguments$n
            echo '{"type":"thread.started","thread_id":"T-'$n'"}'
            [ $n = 2 ] && echo '{"type":"turn.completed"}' || echo '{"type":"turn.failed","error":{"message":"it broke"}}'
            """;
        Subtask agent = run.Agent("a", Script, "codex") with { Retries = 1 };
        (await run.Async(agent with { Work = (AgentWork)agent.Work with { RetryContinues = true } })).AllSucceeded();
        Assert.DoesNotContain("--ephemeral", run.Folder.Read("arguments1"), StringComparison.Ordinal);
        Assert.EndsWith(" resume T-1 -\n", run.Folder.Read("arguments2"), StringComparison.Ordinal);
        Assert.Equal(
            """
            ## What failed before

            This is attempt 2 of 2.

            - Attempt 1: the agent failed: it broke

            What was written before is still there. Look at it, and mend what is wrong; do not begin anew.

            """.ReplaceLineEndings("\n"),
            run.Folder.Read("prompt2"));
    }

    [Theory]
    [InlineData("gemini", "Runner")]
    [InlineData("own.sh", "Tool")]
    public void Where_no_session_can_be_continued_RetryContinues_is_PEX1007(string runner, string name)
    {
        List<Diagnostic> diagnostics = [];
        var declared = new DeclarationSet($"{Given.Root}/build.proj")
        {
            Items = [
                Given.Declaration("a", ("Agent", "Coder"), ("Prompt", "x"), ("RetryContinues", "true")),
                Given.Declaration("b", ("Command", "true"), ("RetryContinues", "true")),
                Given.Declaration("Coder", (name, runner)) with { Origin = new Origin("build.proj", "ParallelAgent", "Coder") }],
        };
        new DeclarationParser(declared, diagnostics).Parse();
        string ofTheAgent = $"'a' has RetryContinues, but {runner} can not continue a session, as far as is known here: "
            + "each attempt begins anew. Remove it.";
        Assert.Equal(
            ["'b' has RetryContinues, which does nothing for a subtask without an agent: it has no prompt. Remove it.", ofTheAgent],
            diagnostics.Select(diagnostic => diagnostic.Message));
        Assert.All(diagnostics, diagnostic => Assert.Equal((Codes.DoesNotApply, "RetryContinues"), (diagnostic.Code, diagnostic.Metadata)));
    }

    [UnixFact]
    public async Task A_secret_is_in_no_feedback()
    {
        run.Environment["KEY"] = "hunter2hunter2";
        await run.Async(run.Agent("a", "echo key $KEY; exit 1") with { Retries = 1, Secrets = ["KEY"] });
        Assert.Contains("\nkey ***\n", run.Folder.Read("state/handover/a~2.prompt.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void However_long_the_output_was_the_feedback_is_bounded_and_has_its_end()
    {
        IEnumerable<string> many = Enumerable.Range(0, 100_000).Select(n => $"line {n}");
        string tail = Feedback.Tail(many.Append(new string('x', 1_000_000)).Append("the end"));
        Assert.InRange(tail.Length, 5000, 8000);
        Assert.EndsWith("...\nthe end", tail, StringComparison.Ordinal);
        string text = new Feedback(2, 2, [new string('y', 1_000_000)]) { Output = "```\nfence\n```" }.Text();
        Assert.InRange(text.Length, 1000, 2000);
        Assert.EndsWith("````\n```\nfence\n```\n````", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, true, true)]
    [InlineData(null, null, false, false)]
    [InlineData(null, "true", false, true)]
    [InlineData("false", "true", true, false)]
    public void The_subtask_says_more_than_its_agent_and_that_more_than_the_property(
        string? own, string? agents, bool property, bool expected)
    {
        List<Diagnostic> diagnostics = [];
        var declared = new DeclarationSet($"{Given.Root}/build.proj")
        {
            Properties = new Dictionary<string, string> { ["RetryWithFeedback"] = property ? "true" : "false" },
            Items = [
                Given.Declaration("a", [("Agent", "Coder"), ("Prompt", "x"), .. own is null ? [] : new[] { ("RetryWithFeedback", own) }]),
                Given.Declaration("Coder", [("Runner", "codex"), .. agents is null ? [] : new[] { ("RetryWithFeedback", agents) }]) with
                {
                    Origin = new Origin("build.proj", "ParallelAgent", "Coder"),
                }],
        };
        var work = (AgentWork)new DeclarationParser(declared, diagnostics).Parse().Subtasks.Single().Work;
        Assert.Empty(diagnostics);
        Assert.Equal(expected, work.RetryWithFeedback);
    }
}
