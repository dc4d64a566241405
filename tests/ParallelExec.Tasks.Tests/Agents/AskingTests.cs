using ParallelExec.Exchange;
using ParallelExec.Model;
using ParallelExec.Tests.Execution;

namespace ParallelExec.Tests.Agents;

/// <summary>A subtask that can not go on without a person.</summary>
public sealed class AskingTests : IDisposable
{
    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [Theory]
    [InlineData("I looked.\nNEEDS INPUT: Which database?", "Which database?")]
    [InlineData("needs input: Which?\n- a\n- b\n", "Which?\n- a\n- b")]
    [InlineData("**NEEDS INPUT:** Which one?**", "Which one?")]
    [InlineData("NEEDS INPUT: first\nNEEDS INPUT: second", "second")]
    [InlineData("NEEDS INPUT:", null)]
    [InlineData("It says that it NEEDS INPUT: no", null)]
    [InlineData("", null)]
    public void A_question_is_what_follows_its_mark_at_the_beginning_of_a_line(string said, string? question) =>
        Assert.Equal(question, Question.In(said));

    [UnixFact]
    public async Task Who_asks_is_blocked_what_depends_on_it_waits_and_the_others_go_on()
    {
        run.Options = run.Options with { Schedule = ScheduleMode.Waves };
        Run.Results results = await run.Async(
            run.Writing(run.Agent("asks", "echo 'NEEDS INPUT: Which database?'"), "never.txt") with
            {
                Retries = 3,
                ContinueOnError = ContinueOnError.WarnAndContinue,
            },
            run.Shell("waits <- asks", "true"), run.Shell("first", "true"), run.Shell("then <- first", "true"));
        Assert.Equal("Blocked Skipped Succeeded Succeeded", string.Join(' ', results.Run.Results.Select(result => result.Status)));
        SubtaskResult asks = results["asks"];
        Assert.Equal((Codes.NeedsInput, "asks: Which database?", 1), (asks.Code, asks.Reason, asks.Attempts));
        Assert.Equal("skip", ParallelExec.Telemetry.SubtaskSpan.ResultOf(asks.Status));
        Assert.Equal("dependency 'asks' waits for an answer", results["waits"].Reason);
        Assert.True(results.Run.Succeeded);
        string command = $"dotnet build {run.Folder.Combine("build.proj")} -t:AnswerParallelTask -p:ParallelExecOnly=asks "
            + "\"-p:ParallelExecSummary=the answer\"";
        Assert.Contains($"warning PEX6012: 'asks' asks: Which database? Answer it with: {command}", run.Log.Lines);
        Assert.Contains(run.Log.Lines, line => line.StartsWith("Waiting for an answer: 4 subtasks", StringComparison.Ordinal));
        string next = $"\n  What next:\n    asks asks: Which database?\n      answer it:     {command}\n";
        Assert.Contains(next, run.Log.Lines[^1], StringComparison.Ordinal);
        Assert.Contains("\"status\": \"Blocked\"", run.Folder.Read("state/run.json"), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task It_is_not_started_again_before_it_is_answered_and_then_its_prompt_has_the_answer()
    {
        Subtask asks = run.Agent("a", "cat > prompt; echo >> begun; grep -q 'It is red' prompt || echo 'NEEDS INPUT: Which colour?'");
        await run.Async(asks);
        Assert.Equal(SubtaskStatus.Blocked, (await run.Async(asks))["a"].Status);
        Assert.Single(run.Folder.ReadLines("begun"));
        var questions = new Questions(run.Options with { Directory = run.Folder.Combine("state") });
        Assert.Equal("Which colour?", questions.Open()["a"]);
        Assert.Equal("Which colour?", questions.Answer("a", "It is red, \"no\"; doubt."));
        Assert.Empty(questions.Open());
        (await run.Async(asks)).AllSucceeded();
        const string Answered = "\n## You have asked a person\n\nWhich colour?\n\nThe answer is:\n\nIt is red, \"no\"; doubt.\n";
        Assert.Contains(Answered, run.Folder.Read("prompt"), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_question_about_work_that_is_described_otherwise_now_is_none_any_more()
    {
        await run.Async(run.Agent("a", "echo 'NEEDS INPUT: Which colour?'"));
        (await run.Async(run.Agent("a", "true", prompt: "Make it red."))).AllSucceeded();
    }

    [UnixFact]
    public async Task A_command_asks_with_a_file_and_reads_the_answer_in_its_environment()
    {
        Subtask asks = run.Shell(
            "a",
            "if [ -z $PARALLELEXEC_ANSWER ]; then echo Sure? > $PARALLELEXEC_QUESTION; exit 3; fi; echo $PARALLELEXEC_ANSWER > got");
        Assert.Equal("asks: Sure?", (await run.Async(asks))["a"].Reason);
        Assert.False(run.Folder.Exists("state/handover/a.question"));
        new Questions(run.Options with { Directory = run.Folder.Combine("state") }).Answer("a", "yes");
        (await run.Async(asks)).AllSucceeded();
        Assert.Equal("yes\n", run.Folder.Read("got"));
        Assert.Contains("\"question\": \"Sure?\"", run.Folder.Read("state/handover/a.context.json"), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_secret_is_in_no_question()
    {
        run.Environment["KEY"] = "hunter2hunter2";
        await run.Async(run.Agent("a", "echo \"NEEDS INPUT: Is it $KEY?\"") with { Secrets = ["KEY"] });
        Assert.Equal("Is it ***?", new Questions(run.Options with { Directory = run.Folder.Combine("state") }).Open()["a"]);
        Assert.DoesNotContain(run.Log.Lines, line => line.Contains("hunter2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"schemaVersion": 1, "id": "a", "declared": 3, "asked": [{}]}""")]
    [InlineData("""{"schemaVersion": 2, "id": "a", "declared": "x", "asked": [{"question": "x"}]}""")]
    [InlineData("""{"schemaVersion": 1, "id": "a", "declared": "x", "asked": [null]}""")]
    public void What_is_no_question_of_ours_is_as_if_it_were_not_there(string text)
    {
        run.Folder.Write("state/questions/a.json", text);
        var questions = new Questions(run.Options with { Directory = run.Folder.Combine("state") });
        Assert.Null(questions.OpenOf(Given.Subtask("a")));
        Assert.Empty(questions.Ids());
    }
}
