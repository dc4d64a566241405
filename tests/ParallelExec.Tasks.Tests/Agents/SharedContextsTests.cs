using ParallelExec.Model;
using ParallelExec.Tests.Execution;

namespace ParallelExec.Tests.Agents;

public sealed class SharedContextsTests : IDisposable
{
    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [UnixFact]
    public async Task The_file_begins_with_the_members_and_gets_their_notes_under_their_names()
    {
        Team team = Team(Coordination.Async);
        (await run.Async(
            run.Shell("api", "echo 'routes are in api.ts' >> $PARALLELEXEC_NOTES; printf 'no line break' >> $PARALLELEXEC_NOTES") with { Team = team, Role = "backend", Title = "The API" },
            run.Shell("ui <- api", "cp $PARALLELEXEC_SHARED_CONTEXT seen.md") with { Team = team },
            run.Shell("other", "echo 'not of the team' >> $PARALLELEXEC_NOTES"))).AllSucceeded();
        Assert.Equal("""
            # Team auth

            Members:

            - api (backend): The API
            - ui

            ## api (backend)

            routes are in api.ts
            no line break

            """, run.Folder.Read("shared.md"));
        Assert.Equal(run.Folder.Read("shared.md"), run.Folder.Read("seen.md"));
    }

    [UnixFact]
    public async Task A_file_that_is_there_is_kept_as_it_is_and_added_to()
    {
        run.Folder.Write("shared.md", "# Ours\n");
        await run.Async(run.Shell("a", "echo note >> $PARALLELEXEC_NOTES") with { Team = Team(Coordination.Async) });
        Assert.Equal("# Ours\n\n## a\n\nnote\n", run.Folder.Read("shared.md"));
    }

    [UnixFact]
    public async Task Async_members_see_each_other_s_lines_while_they_work()
    {
        Team team = Team(Coordination.Async);
        string waitFor = "until grep -q {0} $PARALLELEXEC_SHARED_CONTEXT; do :; done";
        // Each goes on only when it has seen what the other wrote: with notes merged at the end they would not end.
        (await run.Async(
            run.Shell("a", "echo from-a >> $PARALLELEXEC_NOTES; " + waitFor.Replace("{0}", "from-b", StringComparison.Ordinal)) with { Team = team },
            run.Shell("b", waitFor.Replace("{0}", "from-a", StringComparison.Ordinal) + "; echo from-b >> $PARALLELEXEC_NOTES; " + waitFor.Replace("{0}", "from-b", StringComparison.Ordinal)) with { Team = team })).AllSucceeded();
        Assert.Equal(1, run.Folder.Read("shared.md").Split("from-a").Length - 1);
    }

    [UnixFact]
    public async Task Wave_notes_come_at_the_end_of_the_wave_in_declaration_order()
    {
        Team team = Team(Coordination.Wave);
        (await run.Async(
            run.Shell("slow", "until [ -f quick-done ]; do :; done; cp $PARALLELEXEC_SHARED_CONTEXT during.md; echo 1 >> $PARALLELEXEC_NOTES") with { Team = team },
            run.Shell("quick", "echo 2 >> $PARALLELEXEC_NOTES") with { Team = team },
            run.Shell("signal <- slow, quick", "cp $PARALLELEXEC_SHARED_CONTEXT after.md") with { Team = team },
            run.Shell("watch", "until [ -s state/handover/quick.notes.md ]; do :; done; touch quick-done"))).AllSucceeded();
        Assert.DoesNotContain("## quick", run.Folder.Read("during.md"), StringComparison.Ordinal);
        Assert.EndsWith("\n## slow\n\n1\n\n## quick\n\n2\n", run.Folder.Read("after.md"), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Forty_members_lose_no_note()
    {
        Team team = Team(Coordination.Async);
        await run.Async([.. Enumerable.Range(0, 40).Select(n => run.Shell($"m{n}", "for i in 1 2 3 4 5; do echo $PARALLELEXEC_TASK_ID-$i >> $PARALLELEXEC_NOTES; done") with { Team = team })]);
        string[] notes = [.. run.Folder.ReadLines("shared.md").Where(line => line.Contains('-', StringComparison.Ordinal) && line.StartsWith('m'))];
        Assert.Equal(200, notes.Distinct().Count());
        Assert.Equal(200, notes.Length);
    }

    [UnixFact]
    public async Task A_file_that_can_not_be_written_is_PEX6009_and_the_run_goes_on()
    {
        run.Folder.Write("in-the-way", "");
        Team team = new("auth", run.Folder.Combine("in-the-way/shared.md"), Coordination.Async);
        (await run.Async(run.Shell("a", "true") with { Team = team })).AllSucceeded();
        Assert.Contains(run.Log.Lines, line => line.StartsWith($"warning {Codes.SharedContextNotWritten}: The shared context of the team 'auth' could not be written:", StringComparison.Ordinal));
    }

    [UnixTheory]
    [InlineData("Async")]
    [InlineData("Wave")]
    public async Task A_second_run_adds_only_what_is_new(string when)
    {
        Coordination coordination = Enum.Parse<Coordination>(when);
        string notes = "printf 'routes are in api.ts\\n\\n- one\\n' >> $PARALLELEXEC_NOTES; [ -f second ] && echo 'and tests too' >> $PARALLELEXEC_NOTES; ";
        Subtask api = run.Shell("api", notes + "[ -f second ]") with { Team = Team(coordination), Role = "backend" };
        Subtask ui = run.Shell("ui", "echo 'the page is done' >> $PARALLELEXEC_NOTES") with { Team = Team(coordination) };
        await run.Async(api, ui);
        run.Folder.Write("second", "");
        (await run.Async(api, ui)).AllSucceeded();
        string[] lines = [.. run.Folder.ReadLines("shared.md")];
        Assert.All(["routes are in api.ts", "- one", "the page is done", "and tests too"], note => Assert.Single(lines, line => line == note));
        Assert.Equal(2, lines.Count(line => line == "## api (backend)"));
    }

    [UnixFact]
    public async Task A_note_without_an_end_is_cut_and_a_pipe_is_no_note()
    {
        Team team = Team(Coordination.Async);
        (await run.Async(
            run.Shell("long", "printf 'first\\n' > $PARALLELEXEC_NOTES; truncate -s 400000000 $PARALLELEXEC_NOTES") with { Team = team },
            run.Shell("pipe", "mkfifo $PARALLELEXEC_NOTES") with { Team = team })).AllSucceeded();
        Assert.Contains("## long\n\nfirst\n", run.Folder.Read("shared.md"), StringComparison.Ordinal);
        Assert.DoesNotContain("## pipe", run.Folder.Read("shared.md"), StringComparison.Ordinal);
        Assert.True(new FileInfo(run.Folder.Combine("shared.md")).Length < 2_000_000);
    }

    [UnixFact]
    public async Task A_shared_context_that_is_a_pipe_holds_nobody_up_and_is_told_once()
    {
        using (var made = System.Diagnostics.Process.Start("mkfifo", [run.Folder.Combine("shared.md")]))
            made.WaitForExit();
        Team team = Team(Coordination.Async);
        (await run.Async(
            run.Shell("a", "echo 1 >> $PARALLELEXEC_NOTES") with { Team = team },
            run.Shell("b <- a", "echo 2 >> $PARALLELEXEC_NOTES") with { Team = team })).AllSucceeded();
        Assert.Single(run.Log.Lines, line => line.Contains(Codes.SharedContextNotWritten, StringComparison.Ordinal));
    }

    private Team Team(Coordination coordination) => new("auth", run.Folder.Combine("shared.md"), coordination);
}
