using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ParallelExec.Execution.Processes;

/// <summary>
/// A Job Object: all processes of one attempt on Windows. What it still holds ends with it, also when this process is killed.
/// </summary>
internal sealed partial class WindowsJob : IDisposable
{
    private const uint CtrlBreakEvent = 1;
    private const int ExtendedLimitInformation = 9;
    private const int BasicAccountingInformation = 1;
    private const uint KillOnJobClose = 0x2000;

    private readonly nint handle;

    private WindowsJob(nint handle) => this.handle = handle;

    public static WindowsJob For(nint process)
    {
        var job = new WindowsJob(CreateJobObject(0, 0));
        job.SetLimits(KillOnJobClose);
        if (AssignProcessToJobObject(job.handle, process))
            return job;
        var failed = new Win32Exception();
        job.Dispose();
        throw failed;
    }

    public Task<StopReport> StopAsync(int root, TimeSpan grace)
    {
        GenerateConsoleCtrlEvent(CtrlBreakEvent, (uint)root);
        return JobEnd.AfterAsync(root, ActiveProcesses, Terminate, grace);
    }

    public void Terminate() => TerminateJobObject(handle, 1);

    public void Dispose()
    {
        // What an ended command left in the background (a compiler server) is left alone.
        SetLimits(0);
        CloseHandle(handle);
    }

    /// <summary>Of all processes that were ever in it.</summary>
    public TimeSpan? CpuTime =>
        Accounting() is { } accounting ? TimeSpan.FromTicks(accounting.TotalUserTime + accounting.TotalKernelTime) : null;

    /// <summary>That all processes in it had committed at a time, in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            var limits = default(ExtendedLimits);
            return QueryInformationJobObject(handle, ExtendedLimitInformation, ref limits, Marshal.SizeOf<ExtendedLimits>(), 0)
                ? (long)limits.PeakJobMemory : 0;
        }
    }

    private int ActiveProcesses() => (int)(Accounting()?.ActiveProcesses ?? 0);

    private BasicAccounting? Accounting()
    {
        var accounting = default(BasicAccounting);
        return QueryInformationJobObject(handle, BasicAccountingInformation, ref accounting, Marshal.SizeOf<BasicAccounting>(), 0)
            ? accounting
            : null;
    }

    private void SetLimits(uint flags)
    {
        var limits = new ExtendedLimits { LimitFlags = flags };
        SetInformationJobObject(handle, ExtendedLimitInformation, ref limits, Marshal.SizeOf<ExtendedLimits>());
    }

    [LibraryImport("kernel32", EntryPoint = "CreateJobObjectW", SetLastError = true)]
    private static partial nint CreateJobObject(nint security, nint name);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool AssignProcessToJobObject(nint job, nint process);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetInformationJobObject(nint job, int kind, ref ExtendedLimits limits, int size);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool QueryInformationJobObject(nint job, int kind, ref BasicAccounting accounting, int size, nint length);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool QueryInformationJobObject(nint job, int kind, ref ExtendedLimits limits, int size, nint length);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool TerminateJobObject(nint job, uint exitCode);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GenerateConsoleCtrlEvent(uint kind, uint processGroup);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CloseHandle(nint handle);

    // JOBOBJECT_EXTENDED_LIMIT_INFORMATION: the fields after the flags stay zero.
    [StructLayout(LayoutKind.Sequential)]
    private struct ExtendedLimits
    {
        public long PerProcessUserTime, PerJobUserTime;
        public uint LimitFlags;
        public nuint MinimumWorkingSet, MaximumWorkingSet;
        public uint ActiveProcessLimit;
        public nuint Affinity;
        public uint PriorityClass, SchedulingClass;
        public ulong ReadOperations, WriteOperations, OtherOperations, ReadBytes, WriteBytes, OtherBytes;
        public nuint ProcessMemory, JobMemory, PeakProcessMemory, PeakJobMemory;
    }

    // JOBOBJECT_BASIC_ACCOUNTING_INFORMATION
    [StructLayout(LayoutKind.Sequential)]
    private struct BasicAccounting
    {
        public long TotalUserTime, TotalKernelTime, PeriodUserTime, PeriodKernelTime;
        public uint PageFaults, TotalProcesses, ActiveProcesses, TerminatedProcesses;
    }
}
