using System.Text;
using ParallelExec.Agents;
using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Reporting;

/// <summary>
/// <c>LogOutput=Live</c>: shows what running subtasks write, line by line, each behind its id. It follows their log files.
/// </summary>
internal sealed class LiveOutput(RunOptions options, IRunLog log) : IRunObserver
{
    /// <summary>How often the log files are looked at.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly SortedDictionary<int, Follower> followers = [];

    public void On(RunEvent happened)
    {
        switch (happened)
        {
            case SubtaskStarted(var subtask, _) when subtask.Subtask.Work is CommandWork or ToolWork or AgentWork:
                followers[subtask.Index] = new Follower(subtask, LogFiles.PathOf(options, subtask.Subtask));
                break;
            case Tick:
                foreach (Follower follower in followers.Values)
                    follower.Show(log, isEnd: false);
                break;
            case SubtaskEnded(var subtask, var result) when followers.Remove(subtask.Index, out Follower? follower):
                // The log of one that did not run is an earlier run's.
                if (!result.IsReused)
                    follower.Show(log, isEnd: true);
                break;
            case RunStarted or SubtaskStarted or ServiceReady or SubtaskEnded or SubtasksSkipped or RunStopping or RunEnded:
                break;
            default:
                throw happened.NotKnownTo(this);
        }
    }

    private sealed class Follower(PlannedSubtask subtask, string file)
    {
        private readonly Func<string, string?> readable = AgentTranscript.For(subtask.Subtask.Work) ?? (line => line);
        private readonly LineSplitter lines = subtask.Subtask.Work is AgentWork ? new(AgentTranscript.LongestRaw) : new();
        private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

        /// <summary>What an earlier run left: no output of this one, and to be kept where the subtask does not run.</summary>
        private (long, DateTime)? earlier = StateOf(file);
        private long position;

        public void Show(IRunLog log, bool isEnd)
        {
            if (StateOf(file) is not { } state || state == earlier)
                return;
            earlier = null;
            try
            {
                Follow(log);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody has removed it; the work goes on.
                return;
            }
            if (isEnd && lines.Rest() is { } rest && readable(rest) is { } last)
                log.Message($"{subtask.Id} | {last}");
        }

        private void Follow(IRunLog log)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            long length = stream.Length, start = LogLines.StartOf(length);
            if (start > position)
            {
                // Nobody reads so many lines as they fly by.
                log.Message($"{subtask.Id} | {LogLines.WhatIsBefore(file)}");
                position = start;
            }
            stream.Position = position;
            byte[] bytes = new byte[16 * 1024];
            char[] characters = new char[bytes.Length + 1];
            int read;
            // What is written while it is read here comes the next time.
            while (stream.Position < length && (read = stream.Read(bytes)) > 0)
            {
                int count = decoder.GetChars(bytes.AsSpan(0, read), characters, flush: false);
                foreach (string line in lines.Add(characters.AsSpan(0, count)).Select(readable).OfType<string>())
                    log.Message($"{subtask.Id} | {line}");
            }
            position = stream.Position;
        }

        private static (long, DateTime)? StateOf(string file) =>
            PlainFile.Exists(file) && new FileInfo(file) is { Exists: true } info ? (info.Length, info.LastWriteTimeUtc) : null;
    }
}
