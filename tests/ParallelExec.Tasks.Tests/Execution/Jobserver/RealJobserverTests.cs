using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ParallelExec.Execution.Processes;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Execution.Jobserver;

/// <summary>With the tools that there are. Where one is missing its test says so.</summary>
public sealed class RealJobserverTests : IDisposable
{
    /// <summary>A stand-in for a compiler: tells how many of it there are while it computes. It never tells more than there are.</summary>
    private const string Compiler = """
        #!/bin/sh
        cd "$(dirname "$0")" || exit 1
        : > "running/$$"
        for round in 1 2 3; do
          ls running | wc -l >> counts
          i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); done
        done
        rm "running/$$"
        """;

    private readonly Run run = new();

    public RealJobserverTests()
    {
        run.Options = run.Options with { MaxParallelism = 2, NodeCount = 2, Jobserver = JobserverForm.Auto, Schedule = ScheduleMode.Eager };
        run.Folder.Write("compiler", Compiler.ReplaceLineEndings("\n"));
        run.Folder.Write("Makefile", "all: 1 2 3 4\n1 2 3 4:\n\t@sh ./compiler\n.PHONY: all 1 2 3 4\n");
        run.Folder.Write("sub/Makefile", "all:\n\t+$(MAKE) -C .. all\n");
        Directory.CreateDirectory(run.Folder.Combine("running"));
    }

    public void Dispose() => run.Dispose();

    [NeedsTheory("make", "GNU Make 4")]
    [InlineData("make -s -j4")]
    [InlineData("make -s")]
    [InlineData("make -s -j -C sub")]
    [InlineData("true && make -s")]
    public async Task Ten_nested_builds_on_two_cores_never_run_more_than_two_compilers(string command)
    {
        Run.Results results = await run.Async([.. Enumerable.Range(1, 10).Select(number => run.Shell($"make{number}", command))]);
        results.AllSucceeded();
        int[] counts = Counts();
        Assert.Equal((120, 2), (counts.Length, counts.Max()));
        Assert.DoesNotContain(run.Log.Lines, line => line.Contains("warning", StringComparison.Ordinal));
        Assert.DoesNotContain("jobserver", run.LogOf("make1"), StringComparison.OrdinalIgnoreCase);
    }

    [NeedsFact("make", "GNU Make 4")]
    public async Task One_alone_has_all_cores_also_after_another_has_died_with_some()
    {
        run.Folder.Write("Meet.mk", $"all: 1 2\n1 2:\n\t@{TestChildProgram.Command("meet", run.Folder.Path, "met", "2")}\n");
        Run.Results results = await run.Async(
            run.Shell("killed", "head -c 1 /dev/fd/100 > taken; kill -9 $$") with { ContinueOnError = ContinueOnError.WarnAndContinue },
            run.Shell("make <- killed", "make -s -f Meet.mk all"));
        Assert.Equal("+", run.Folder.Read("taken"));
        Assert.True(results["make"].IsSuccess, run.LogOf("make"));
    }

    [NeedsFact("make", "GNU Make 4")]
    public async Task A_number_of_jobs_that_only_a_shell_can_read_is_warned_of()
    {
        await run.Async(run.Shell("deep", "cd . && make -s -j$((1 + 1)) 1"), run.Shell("one", "true; make -s -j1 1"));
        string warning = Assert.Single(run.Log.Lines, line => line.StartsWith("warning PEX1007", StringComparison.Ordinal));
        Assert.Contains("'deep' runs 'make -s -j$((1': with a number of its own make takes no jobs", warning, StringComparison.Ordinal);
    }

    [NeedsFact("ninja", "1\\.(1[3-9]|[2-9][0-9])")]
    public async Task Ninja()
    {
        run.Folder.Write("build.ninja", "rule cc\n  command = sh ./compiler $out\nbuild 1: cc\nbuild 2: cc\nbuild 3: cc\nbuild 4: cc\n");
        Run.Results results = await run.Async(
            [.. Enumerable.Range(1, 4).Select(number => run.Shell($"ninja{number}", $"ninja -j8 --quiet -d keeprsp {number}"))]);
        results.AllSucceeded();
        Assert.Equal(2, Counts().Max());
    }

    [NeedsFact("cargo", "cargo 1"), System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Cargo()
    {
        run.Folder.Write("crate/Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\", \"c\", \"d\"]\nresolver = \"2\"\n");
        foreach (string name in (string[])["a", "b", "c", "d"])
        {
            run.Folder.Write($"crate/{name}/Cargo.toml", $"[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
            run.Folder.Write($"crate/{name}/src/lib.rs", "pub fn one() -> i32 { 1 }\n");
        }
        run.Folder.Write("wrapper", "#!/bin/sh\ncase \"$*\" in *--crate-name\\ ?\\ *) sh \"${0%wrapper}compiler\";; esac\nexec \"$@\"\n");
        File.SetUnixFileMode(run.Folder.Combine("wrapper"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Run.Results results = await run.Async(
            [.. Enumerable.Range(1, 3).Select(number => run.Shell($"cargo{number}", "cargo build --offline --quiet") with
            {
                WorkingDirectory = run.Folder.Combine("crate"),
                Environment =
                [
                    new("RUSTC_WRAPPER", run.Folder.Combine("wrapper")), new("CARGO_TARGET_DIR", run.Folder.Combine($"target{number}")),
                ],
            })]);
        Assert.True(results.Run.Succeeded, run.LogOf("cargo1"));
        int[] counts = Counts();
        Assert.Equal((36, 2), (counts.Length, counts.Max()));
    }

    [LinuxFact]
    public async Task A_child_that_is_given_jobs_has_them_open_and_others_have_not()
    {
        run.Options = run.Options with { Jobserver = JobserverForm.Pipe };
        Subtask both = run.Shell("both", "ls /proc/self/fd | tr '\\n' ' '; echo \"$MAKEFLAGS|$DOTNET_PROCESSOR_COUNT\"");
        (await run.Async(both)).AllSucceeded();
        Assert.Matches(@" 100 101 .* -j2 --jobserver-auth=100,101\|2\s*$", run.LogOf("both"));
        run.Options = run.Options with { Jobserver = JobserverForm.Fifo };
        (await run.Async(both)).AllSucceeded();
        Assert.Matches(@"^(?!.* 10[01] ).* -j2 --jobserver-auth=fifo:/proc/[0-9]+/fd/[0-9]+\|2\s*$", run.LogOf("both"));
        run.Options = run.Options with { Jobserver = JobserverForm.Off };
        (await run.Async(both)).AllSucceeded();
        Assert.Matches(@"^(?!.* 10[01] ).* \|\s*$", run.LogOf("both"));
    }

    private int[] Counts() => [.. File.ReadAllLines(run.Folder.Combine("counts"))
        .Select(line => int.Parse(line.Trim(), CultureInfo.InvariantCulture))];

    /// <summary>Why a tool is not here in a version that will do; null where it is.</summary>
    private static string? Missing(string program, string version)
    {
        Dictionary<string, string> environment = new() { ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "" };
        if (OperatingSystem.IsWindows() || ExecutableFinder.Find(program, Path.GetTempPath(), environment) is not { } found)
            return $"needs {program} on Unix";
        return Regex.IsMatch(SystemProcess.Capture(found, "--version"), "^" + version) ? null : $"needs {program}, {version}";
    }

    private sealed class NeedsFactAttribute : FactAttribute
    {
        public NeedsFactAttribute(string program, string version, [CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
            : base(file, line) => Skip = Missing(program, version);
    }

    private sealed class NeedsTheoryAttribute : TheoryAttribute
    {
        public NeedsTheoryAttribute(string program, string version, [CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
            : base(file, line) => Skip = Missing(program, version);
    }
}
