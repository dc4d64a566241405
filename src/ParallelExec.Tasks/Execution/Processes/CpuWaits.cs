using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using ParallelExec.Model;

namespace ParallelExec.Execution.Processes;

/// <summary>
/// Looks now and then how long the processes of running commands wait for a processor, and what memory they have. Linux counts the first
/// for each thread (<c>/proc/PID/task/TID/schedstat</c>), and forgets it with the thread: who wants to know has to look while it runs.
/// Other systems do not tell. It looks the less often the longer that takes.
/// </summary>
internal sealed class CpuWaits
{
    /// <summary>A pause is at least so many times as long as a look.</summary>
    private const int Pauses = 50;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);
    private static readonly bool IsTold = OperatingSystem.IsLinux() && File.Exists("/proc/self/schedstat");

    private readonly Lock gate = new();
    private readonly Dictionary<int, Watch> roots = [];

    /// <summary>Whose a process is; null = nobody's.</summary>
    private readonly Dictionary<int, Watch?> owners = [];
    private readonly Dictionary<int, ThreadTimes> threads = [];
    private Timer? timer;
    private BusyCpus? cpus;
    private (long At, TimeSpan Busy)? before;

    /// <summary>Looks at a process and all that it starts, until it is disposed of.</summary>
    public Watch Begin(int process)
    {
        var watch = new Watch(this, process);
        if (!IsTold)
            return watch;
        lock (gate)
        {
            roots[process] = watch;
            owners[process] = watch;
            if (roots.Count == 1)
            {
                timer ??= new Timer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                timer.Change(Shortest, Timeout.InfiniteTimeSpan);
            }
        }
        return watch;
    }

    /// <summary>The last look, at a process that has ended, while the system still knows it.</summary>
    private void LastLook(int process, Watch watch)
    {
        lock (gate)
        {
            // Of what has ended its first thread is left, and has no folder that one would have to list.
            if (roots.ContainsKey(process))
                ReadThread(process, string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/schedstat"), watch);
        }
    }

    private void End(int process)
    {
        lock (gate)
        {
            if (!roots.Remove(process) || roots.Count > 0)
                return;
            owners.Clear();
            threads.Clear();
            before = null;
            timer?.Dispose();
            timer = null;
        }
    }

    private void Look()
    {
        lock (gate)
        {
            if (timer is null)
                return;
            TimeSpan pause;
            try
            {
                TimeSpan start = OwnTime();
                ReadBusy();
                FindOwners();
                foreach ((int process, Watch? watch) in owners)
                {
                    if (watch is not null)
                        Read(process, watch);
                }
                foreach (Watch watch in roots.Values)
                    watch.Memory.EndLook();
                pause = (OwnTime() - start) * Pauses;
            }
            catch (Exception)
            {
                // On a thread of the pool it would end the build. What is not seen is not claimed.
                return;
            }
            timer.Change(pause < Shortest ? Shortest : pause > Longest ? Longest : pause, Timeout.InfiniteTimeSpan);
        }
    }

    private void ReadBusy()
    {
        cpus ??= new BusyCpus();
        (long At, TimeSpan Busy) now = (Stopwatch.GetTimestamp(), cpus.Read());
        if (before is { } last)
        {
            foreach (Watch watch in roots.Values)
                watch.AddBusy(Stopwatch.GetElapsedTime(last.At, now.At), now.Busy - last.Busy);
        }
        before = now;
    }

    /// <summary>A process that is new belongs to whoever owns its parent.</summary>
    private void FindOwners()
    {
        var there = new HashSet<int>();
        var parents = new Dictionary<int, int>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int process))
                continue;
            there.Add(process);
            if (!owners.ContainsKey(process) && ParentOf(process) is { } parent)
                parents[process] = parent;
        }
        foreach (int gone in owners.Keys.Where(process => !there.Contains(process)).ToArray())
            owners.Remove(gone);
        foreach (int process in parents.Keys)
        {
            var line = new List<int>();
            int at = process;
            while (!owners.ContainsKey(at) && parents.TryGetValue(at, out int parent) && line.Count < parents.Count)
            {
                line.Add(at);
                at = parent;
            }
            Watch? owner = owners.GetValueOrDefault(at);
            foreach (int descendant in line)
                owners[descendant] = owner;
        }
    }

    private void Read(int process, Watch watch)
    {
        string[] folders;
        try
        {
            folders = Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task"));
        }
        catch (IOException)
        {
            return;
        }
        watch.Memory.Add(process);
        foreach (string folder in folders)
            ReadThread(int.Parse(Path.GetFileName(folder.AsSpan()), CultureInfo.InvariantCulture), folder + "/schedstat", watch);
    }

    private void ReadThread(int thread, string file, Watch watch)
    {
        Span<byte> buffer = stackalloc byte[128];
        ReadOnlySpan<byte> text = buffer[..ProcFile.Read(file, buffer)];
        // "running waiting slices", in nanoseconds.
        if (!Utf8Parser.TryParse(text, out long running, out int used)
            || !Utf8Parser.TryParse(text[(used + 1)..], out long waiting, out _))
            return;
        // The number of a thread that has ended was given to another one.
        if (!threads.TryGetValue(thread, out ThreadTimes? before) || before.Running > running)
            before = ThreadTimes.None;
        threads[thread] = new ThreadTimes(running, waiting);
        watch.Add(running - before.Running, waiting - before.Waiting);
    }

    private static int? ParentOf(int process)
    {
        Span<byte> text = stackalloc byte[512];
        text = text[..ProcFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"), text)];
        // "pid (name) state parent ..."; the name may hold anything, also a parenthesis.
        int close = text.LastIndexOf((byte)')');
        return close >= 0 && close + 4 < text.Length && Utf8Parser.TryParse(text[(close + 4)..], out int parent, out _) ? parent : null;
    }

    /// <summary>What this thread has used: on a busy machine, time passes without it.</summary>
    private static TimeSpan OwnTime()
    {
        Span<byte> text = stackalloc byte[128];
        text = text[..ProcFile.Read("/proc/thread-self/schedstat", text)];
        bool told = Utf8Parser.TryParse(text, out long nanoseconds, out _);
        return told ? TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick) : TimeSpan.Zero;
    }

    /// <summary>In nanoseconds.</summary>
    private sealed record ThreadTimes(long Running, long Waiting)
    {
        public static readonly ThreadTimes None = new(0, 0);
    }

    /// <summary>What was seen of one command.</summary>
    internal sealed class Watch(CpuWaits waits, int process) : IDisposable
    {
        private long running;
        private long waiting;

        private TimeSpan seenFor;
        private TimeSpan busy;

        public TreeMemory Memory { get; } = new();

        /// <summary>What was seen, of a command that has used so much.</summary>
        public CpuUse With(TimeSpan used, long peakMemory)
        {
            lock (waits.gate)
            {
                return new CpuUse(used)
                {
                    SeenRunning = Of(running),
                    SeenWaiting = Of(waiting),
                    SeenFor = seenFor,
                    SeenBusy = busy,
                    PeakMemory = Math.Max(Memory.Peak, peakMemory),
                };
            }
        }

        public void Ended() => waits.LastLook(process, this);

        public void Dispose() => waits.End(process);

        public void Add(long moreRunning, long moreWaiting)
        {
            running += moreRunning;
            waiting += Math.Max(0, moreWaiting);
        }

        public void AddBusy(TimeSpan passed, TimeSpan more)
        {
            seenFor += passed;
            busy += more;
        }

        private static TimeSpan Of(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
    }
}
