using ParallelExec.Execution.Processes;
using ParallelExec.Model;
using ParallelExec.TestKit;
using ParallelExec.Tests.Agents;

namespace ParallelExec.Tests.Execution.Isolation;

/// <summary>Isolated subtasks with the real git, in a repository of the test's own: the project's folder is its root, or in it.</summary>
internal sealed class IsolatedRig : IDisposable
{
    private static readonly WorktreeUse Worktree = new(IsolationMode.Worktree, null, []);

    private readonly Dictionary<string, string> environment;

    public IsolatedRig(bool commits = true)
    {
        environment = new Dictionary<string, string>
        {
            ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "",
            ["HOME"] = Run.Folder.Path,
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = Run.Folder.Combine(".git", "no-such-file"),
            ["GIT_CEILING_DIRECTORIES"] = Path.GetDirectoryName(Run.Folder.Path)!,
        };
        foreach ((string name, string value) in environment)
            Run.Environment[name] = value;
        Git("init", "-q", "-b", "main");
        Git("config", "user.name", "A Person");
        Git("config", "user.email", "person@example.org");
        if (commits)
            Commit(("shared.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n"), ("gone.txt", "x\n"));
    }

    public Run Run { get; } = new();

    /// <summary>Of git, as the tests call it.</summary>
    public IReadOnlyDictionary<string, string> Environment => environment;

    public TestFolder Folder => Run.Folder;

    /// <summary>A file's content in the user's own tree.</summary>
    public string this[string path] => Folder.Exists(path) ? Folder.Read(path) : "(none)";

    public string Head => Git("rev-parse", "HEAD");

    /// <summary>Branches of ours.</summary>
    public string[] Branches => Lines(Git("for-each-ref", "--format=%(refname:short)", "refs/heads/parallelexec", "refs/parallelexec"));

    public int WorktreeCount => Lines(Git("worktree", "list", "--porcelain"))
        .Count(line => line.StartsWith("worktree ", StringComparison.Ordinal)) - 1;

    /// <summary>An isolated subtask that runs a command line of a Unix shell.</summary>
    public Subtask Isolated(string text, string command) => Run.Shell(text, command) with { Isolation = Worktree };

    /// <summary>An isolated agent that is a shell script, which git does not see.</summary>
    public Subtask IsolatedAgent(string text, string script)
    {
        Folder.Write(".git/info/exclude", "*.sh\n");
        return Run.Agent(text, script) with { Isolation = Worktree };
    }

    public void Commit(params (string Path, string Text)[] files)
    {
        foreach ((string path, string text) in files)
            Folder.Write(path, text);
        Git("add", "--all");
        Git("commit", "-q", "-m", "by hand");
    }

    public string Git(params string[] arguments)
    {
        ProgramOutput output = SystemProcess.Run("git", arguments, Folder.Path, environment);
        Assert.True(output.ExitCode == 0, $"git {string.Join(' ', arguments)}: {output.Error}");
        return output.Text.TrimEnd();
    }

    /// <summary>All that a run must not touch: the branch, what is checked out, the index byte by byte, each file.</summary>
    public string State() => string.Join(
        '\n',
        [Git("symbolic-ref", "HEAD"), Head, Convert.ToHexString(File.ReadAllBytes(Folder.Combine(".git", "index"))),
            .. Folder.Files()
                .Where(file => file.Split('/')[0] is not ("state" or ".git") && !file.EndsWith(".sh", StringComparison.Ordinal))
                .Select(file => $"{file}: {Folder.Read(file)}")]);

    public static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose() => Run.Dispose();
}
