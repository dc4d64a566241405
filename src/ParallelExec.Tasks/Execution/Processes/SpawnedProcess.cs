using System.IO.Pipes;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ParallelExec.Exchange;

namespace ParallelExec.Execution.Processes;

/// <summary>
/// A child by <c>posix_spawn</c>, waited for where it is needed. The framework's process class takes a lock that starts and ends of all
/// children share, and is told of an end by two other threads: a quarter of what a short command costs (tests/ParallelExec.Benchmarks).
/// Linux, with a C library that can start a child in a folder (glibc 2.29, musl 1.1.24).
/// </summary>
internal sealed unsafe partial class SpawnedProcess : ChildProcess
{
    private const int SigPipe = 13;
    private const short SetSignalDefaults = 0x04, SetSignalMask = 0x08, SetSession = 0x80;
    private const int ReadOnly = 0, WriteOnly = 0x01, Create = 0x40, Truncate = 0x200, Append = 0x400;
    private const int CloseOnExec = 0x80000;
    private const int TooLarge = 7;

    /// <summary>Of a new log file: reading and writing, less what the umask takes.</summary>
    private const uint FileMode = 0b110_110_110;
    private const int PidFdOpen = 434;
    private const short PollIn = 1;
    private const int Interrupted = 4;

    /// <summary>More than any C library needs for its opaque structures.</summary>
    private const int OpaqueSize = 1024;

    private static readonly Lazy<object> Attributes = new(() => CleanSignals());

    private readonly int id;
    private readonly int handle;
    private readonly string cookie;
    private readonly SafeFileHandle? input;
    private readonly AnonymousPipeServerStream? output;
    private int? exitCode;
    private TimeSpan? cpuTime;
    private long peakMemory;

    public SpawnedProcess(LaunchedCommand command, string workingDirectory, IReadOnlyDictionary<string, string> environment, bool keepInput)
    {
        cookie = environment[HandOver.CookieVariable];
        // Of a pipe for its input: where it reads, where we write.
        int* pipe = stackalloc int[] { -1, -1 };
        try
        {
            if (keepInput && Pipe(pipe, CloseOnExec) != 0)
                throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
            input = keepInput ? new SafeFileHandle(pipe[1], ownsHandle: true) : null;
            output = command.LogFile is null ? new AnonymousPipeServerStream(PipeDirection.In) : null;
        }
        catch (IOException e)
        {
            CloseInput(pipe[0]);
            throw new ProcessNotStartedException(e.Message, inner: e);
        }
        List<string> arguments = [command.Name ?? command.Program, .. command.Arguments];
        var variables = new List<string>(environment.Count);
        foreach ((string name, string value) in environment)
            variables.Add(string.Concat(name, "=", value));

        byte* actions = stackalloc byte[OpaqueSize];
        int error = InitFileActions(actions);
        if (error == 0)
            error = AddFiles(actions, command, workingDirectory, pipe[0]);
        if (error == 0)
        {
            using var nativeArguments = new NativeTexts(arguments);
            using var nativeVariables = new NativeTexts(variables);
            error = Spawn(out id, command.Program, actions, (nint)Attributes.Value, nativeArguments.Pointers, nativeVariables.Pointers);
        }
        _ = DestroyFileActions(actions);
        if (pipe[0] >= 0)
            _ = CloseHandle(pipe[0]);
        output?.DisposeLocalCopyOfClientHandle();
        if (error != 0)
        {
            input?.Dispose();
            output?.Dispose();
            throw new ProcessNotStartedException(Why(error, command, workingDirectory, environment), error);
        }
        // Without it (a kernel before 5.3) a wait can not be bounded; that matters only for what not even SIGKILL ends.
        handle = (int)SystemCall(PidFdOpen, id, 0);
        if (output is not null)
            Outputs = [output];
    }

    public static bool IsSupported { get; } = OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc", typeof(SpawnedProcess).Assembly, null, out nint library)
        && NativeLibrary.TryGetExport(library, "posix_spawn_file_actions_addchdir_np", out _);

    public override int ExitCode => exitCode ?? throw new InvalidOperationException("it still runs");

    public override int Id => id;

    public override TimeSpan? CpuTime => cpuTime;

    public override long PeakMemory => peakMemory;

    public override void EndInput()
    {
        // Where it has ended already, nobody needs the line. A pipe's stream would start the framework's engine for sockets to write it.
        fixed (byte* line = "end\n"u8)
            _ = WriteTo(input!, line, 4);
        input!.Dispose();
    }

    protected override void Close()
    {
        if (handle >= 0)
            _ = CloseHandle(handle);
        input?.Dispose();
        output?.Dispose();
    }

    protected override void Kill() => ProcessTree.KillAll(id, cookie);

    protected override bool WaitForExit(TimeSpan limit)
    {
        if (exitCode is not null)
            return true;
        var poll = new PollFd { Handle = handle, Events = PollIn };
        if (handle >= 0 && Poll(ref poll, 1, (int)limit.TotalMilliseconds) <= 0)
            return false;
        if (handle >= 0)
            Ended?.Invoke();
        int status;
        Usage usage;
        while (Wait4(id, out status, 0, out usage) < 0)
        {
            if (Marshal.GetLastPInvokeError() == Interrupted)
                continue;
            // Somebody else has asked for its end (children of this process are set to be ignored): how it ended is not known.
            status = 255 << 8;
            usage = default;
            break;
        }
        // On 32-bit systems the C libraries differ in the size of a second.
        cpuTime = Environment.Is64BitProcess ? usage.User + usage.System : null;
        peakMemory = Environment.Is64BitProcess ? PeakOf(usage) : 0;
        exitCode = (status & 0x7F) == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F);
        return true;
    }

    /// <summary>
    /// Of the largest of its processes. The system gives a child that was started so (with our memory, until it is another program) our own
    /// peak to begin with: only what is above that is its own.
    /// </summary>
    private static long PeakOf(Usage usage) => GetUsage(0, out Usage ours) == 0 && usage.Peak > ours.Peak ? (long)usage.Peak * 1024 : 0;

    protected override Task<StopReport> StopTreeAsync(TimeSpan grace) => ProcessTree.StopAsync(id, cookie, grace);

    private void CloseInput(int ofChild)
    {
        if (ofChild >= 0)
            _ = CloseHandle(ofChild);
        input?.Dispose();
    }

    private int AddFiles(byte* actions, LaunchedCommand command, string workingDirectory, int inputOfChild)
    {
        int error = AddChangeDirectory(actions, workingDirectory);
        // Our ends of pipes close by themselves in the child; a copy under another number does not.
        if (error == 0)
            error = input is null ? AddOpen(actions, 0, command.InputFile ?? "/dev/null", ReadOnly, 0)
                : AddDuplicate(actions, inputOfChild, 0);
        if (error == 0)
        {
            error = command.LogFile is null
                ? AddDuplicate(actions, Number(output!), 1)
                : AddOpen(actions, 1, command.LogFile, WriteOnly | Create | (command.AppendToLog ? Append : Truncate), FileMode);
        }
        if (error == 0 && command.JobsFile is not null)
            error = AddOpen(actions, LaunchedCommand.JobsIn, command.JobsFile, ReadOnly, 0);
        if (error == 0 && command.JobsFile is not null)
            error = AddOpen(actions, LaunchedCommand.JobsOut, command.JobsFile, WriteOnly, 0);
        // The same file, with one position: what is written to both stands in the order in which it was written.
        return error == 0 ? AddDuplicate(actions, 1, 2) : error;
    }

    /// <summary>The system gives one number for all that was to be done: what it was about is found out afterwards.</summary>
    private static string Why(int error, LaunchedCommand command, string workingDirectory, IReadOnlyDictionary<string, string> environment)
    {
        if (error == TooLarge)
            return StartSize.Problem(command.Arguments, environment);
        if (!Directory.Exists(workingDirectory))
            return $"its working directory '{workingDirectory}' is not there";
        try
        {
            if (command.LogFile is not null)
                File.OpenHandle(command.LogFile, System.IO.FileMode.Append, FileAccess.Write, FileShare.ReadWrite).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"its log file '{command.LogFile}' can not be written: {e.Message}";
        }
        string hint = File.Exists(command.Program)
            ? ". The file is there: look at its rights, and at its first line, which may name a program that is not there"
            : "";
        return $"'{command.Program}': {Marshal.GetPInvokeErrorMessage(error)}{hint}";
    }

    private static int Number(AnonymousPipeServerStream pipe) => (int)pipe.ClientSafePipeHandle.DangerousGetHandle();

    /// <summary>
    /// The runtime ignores SIGPIPE, and children would too. A session of its own: what a terminal or a CI engine sends to the whole group
    /// reaches us, and only we end children. Not only a group of its own: such a one is stopped, for ever, as soon as it asks the terminal
    /// for something (a password); without a terminal it says so and ends.
    /// </summary>
    private static nint CleanSignals()
    {
        byte* attributes = (byte*)NativeMemory.AllocZeroed(OpaqueSize);
        byte* signals = stackalloc byte[OpaqueSize];
        _ = InitAttributes(attributes);
        _ = ClearSignals(signals);
        _ = SetMask(attributes, signals);
        _ = AddSignal(signals, SigPipe);
        _ = SetDefaults(attributes, signals);
        _ = SetFlags(attributes, SetSignalDefaults | SetSignalMask | SetSession);
        return (nint)attributes;
    }
}
