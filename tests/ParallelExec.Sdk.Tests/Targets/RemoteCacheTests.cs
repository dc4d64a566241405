using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>A real web server with WebDAV as the cache that two checkouts share.</summary>
public sealed class RemoteCacheTests : IDisposable
{
    private readonly TestFolder folder = new();
    private Process? nginx;

    public void Dispose()
    {
        nginx?.Kill(entireProcessTree: true);
        nginx?.WaitForExit();
        nginx?.Dispose();
        folder.Dispose();
    }

    [NginxFact]
    public async Task What_one_checkout_has_built_another_gets_from_nginx()
    {
        int port = await StartNginxAsync();
        BuildRun first = (await BuildAsync("one", port, "s3cret")).EnsureSucceeded();
        Assert.Equal(("Succeeded", 0), (first.Status("gen"), first.WarningLines.Count));
        BuildRun second = (await BuildAsync("two", port, "s3cret")).EnsureSucceeded();
        Assert.Equal(("Restored", "1", 0), (second.Status("gen"), second.Results["gen"]["Output_N"], second.WarningLines.Count));
        Assert.Matches(@"\] gen restored \([^)]*\): came from the cache", second.Output);
        Assert.Equal("made", folder.Read("two/out.txt").Trim());
        Assert.False(folder.Exists("two/ran"));
        // Without the token nothing comes, and that is told once.
        BuildRun third = (await BuildAsync("three", port, "wrong")).EnsureSucceeded();
        Assert.Equal(("Succeeded", "PEX4006"), (third.Status("gen"), Assert.Single(third.WarningLines).Code));
    }

    private async Task<BuildRun> BuildAsync(string checkout, int port, string token)
    {
        folder.Write($"{checkout}/in.txt", "1");
        TargetsProject project = TargetsProject.Create(
            folder,
            p => p.ParallelTask("gen", "echo made > out.txt; echo N=1 >> $PARALLELEXEC_OUTPUT; touch ran", inputs: "in.txt", outputs: "out.txt"),
            $"{checkout}/build.proj");
        var dotnet = new DotNet(folder) { Environment = new Dictionary<string, string?> { ["PARALLELEXEC_REMOTE_CACHE_TOKEN"] = token } };
        return await project.RunAsync(
            dotnet, "RunParallelTasks", "-p:ParallelExecCache=Remote", $"-p:ParallelExecRemoteCache=http://127.0.0.1:{port}/", $"-p:ParallelExecCacheDirectory={folder.Combine(checkout + "-cache")}");
    }

    private async Task<int> StartNginxAsync()
    {
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        Directory.CreateDirectory(folder.Combine("www"));
        folder.Write("nginx.conf", $$"""
            daemon off;
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            pid nginx.pid;
            error_log error.log;
            events { }
            http {
              access_log off;
              client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
              server {
                listen 127.0.0.1:{{port}};
                if ($http_authorization != "Bearer s3cret") { return 401; }
                location / { root {{folder.Combine("www")}}; dav_methods PUT; create_full_put_path on; client_max_body_size 0; }
              }
            }
            """);
        nginx = Process.Start(new ProcessStartInfo(NginxFactAttribute.Program!, ["-p", folder.Path, "-c", "nginx.conf", "-e", "error.log"]))!;
        await FileWait.UntilAsync(() =>
        {
            try
            {
                using var client = new TcpClient("127.0.0.1", port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
        return port;
    }
}

/// <summary>A test that needs nginx with WebDAV; <c>.ci/run</c> installs it.</summary>
internal sealed class NginxFactAttribute : FactAttribute
{
    public NginxFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = Program is null ? "needs nginx, which .ci/run installs" : null;

    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, "nginx")).FirstOrDefault(File.Exists);
}
