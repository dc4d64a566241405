using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>Services in a build that is ended from outside.</summary>
public sealed class ServiceTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [LinuxFact]
    public async Task A_killed_build_leaves_no_server_that_has_written_over_its_environment()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/redis-server"), "needs redis-server");
        TargetsProject project = Project("echo %24%24 > server; exec redis-server --port {port} --save ''", "line:Ready to accept");
        using RunningDotNet running = await project.StartAsync();
        int[] children = [await running.WaitForPidAsync("test"), await running.WaitForPidAsync("server")];
        running.Send(ProcessSignal.Kill);
        await running.ExitAsync();
        Assert.All(children, child => Assert.True(ProcessProbe.WaitGone(child)));
    }

    [UnixFact]
    public async Task Ctrl_C_ends_a_service_after_what_depends_on_it()
    {
        TargetsProject project = Project(TestChildProgram.Command("serve", "{port}", folder.Combine("server")), "tcp:{port}");
        using RunningDotNet running = await project.StartAsync();
        int[] children = [await running.WaitForPidAsync("test"), await running.WaitForPidAsync("server")];
        running.Send(ProcessSignal.Interrupt);
        BuildRun run = await running.ExitAsync();
        Assert.All(children, child => Assert.True(ProcessProbe.WaitGone(child)));
        int cancelled = run.Output.IndexOf("test cancelled", StringComparison.Ordinal);
        int stopped = run.Output.IndexOf("db stopped", StringComparison.Ordinal);
        Assert.True(0 <= cancelled && cancelled < stopped, run.Output);
        Assert.False(run.HasError("PEX3009"), run.Output);
    }

    private TargetsProject Project(string server, string readyWhen) => TargetsProject.Create(folder, p => p
        .ItemInclude("ParallelTask", "db", metadata: new Dictionary<string, string?>
        {
            ["Service"] = "true",
            ["Command"] = server,
            ["ReadyWhen"] = readyWhen,
        })
        .ParallelTask("test", TestChildProgram.Command("hang", folder.Combine("test")), dependsOn: "db"));
}
