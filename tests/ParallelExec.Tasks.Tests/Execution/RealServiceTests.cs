using System.Runtime.CompilerServices;
using ParallelExec.Model;

namespace ParallelExec.Tests.Execution;

/// <summary>Services as people have them. Where a program is missing its test says so.</summary>
public sealed class RealServiceTests : IDisposable
{
    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [NeedsFact("/usr/bin/redis-server")]
    public async Task Redis()
    {
        Subtask redis = Service(run.Shell("redis", "redis-server --port {port} --save '' --dir ."), new LineReadiness("line:Ready to accept", "Ready to accept connections"));
        Run.Results results = await run.Async(redis, run.Shell("test <- redis", "redis-cli -p $PARALLELEXEC_OUTPUT_REDIS_PORT set a 1"));
        results.AllSucceeded();
        Assert.Empty(results["redis"].Killed);
        Assert.Contains("OK", run.LogOf("test"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PostgreSQL()
    {
        // Each version has a folder of its own. It refuses to run as root; who is somebody else needs no other user.
        string? bin = (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [])
            .Select(version => Path.Combine(version, "bin")).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "postgres")));
        Assert.SkipWhen(bin is null, "needs PostgreSQL");
        bool isRoot = System.Environment.UserName == "root";
        Assert.SkipWhen(isRoot && !File.Exists("/usr/sbin/runuser"), "needs runuser");
        string As(string command) => isRoot ? $"runuser -u postgres -- {command}" : command;
        string data = "$PWD/data";
        Subtask init = run.Shell("init", $"chmod a+rwx . && {As($"{bin}/initdb -D {data} -A trust -U postgres")}");
        Subtask database = Service(
            run.Shell("db <- init", As($"{bin}/postgres -D {data} -p {{port}} -c unix_socket_directories= -c listen_addresses=127.0.0.1")),
            new TcpReadiness("tcp:{port}", null));
        Subtask test = run.Shell("test <- db", $"{bin}/psql -h 127.0.0.1 -p $PARALLELEXEC_OUTPUT_DB_PORT -U postgres -c 'select 41 + 1'") with { Retries = 3 };
        Run.Results results = await run.Async(init, database, test);
        Assert.True(results.Run.Succeeded, string.Join('\n', run.Log.Lines));
        Assert.Contains("42", run.LogOf("test"), StringComparison.Ordinal);
    }

    private static Subtask Service(Subtask subtask, Readiness ready) => subtask with { Cores = 0, Service = new(ready, TimeSpan.FromMinutes(5), Port: true) };

    /// <summary>A test of what has to be installed.</summary>
    private sealed class NeedsFactAttribute : FactAttribute
    {
        public NeedsFactAttribute(string program, [CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
            Skip = File.Exists(program) ? null : $"needs {program}";
    }
}
