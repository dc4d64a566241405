using System.Buffers;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.State;

/// <summary>
/// <c>journal.ndjson</c>: one line for each change of state, handed to the system before what it announces begins. After a kill at any
/// point it says what has succeeded and what was under way; <see cref="JournalReader"/> reads it.
/// </summary>
internal sealed class Journal : IRunObserver, IDisposable
{
    /// <summary>How often what was written is forced to the disk: that much a power cut can cost.</summary>
    private static readonly TimeSpan ForceInterval = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly RunOptions options;
    private readonly IRunLog log;
    private readonly SecretMasker? masker;
    private readonly ArrayBufferWriter<byte> line = new(1024);
    private readonly SafeFileHandle file;
    private readonly Timer forcing;
    private long length;
    private long forced;
    private bool torn;

    private Journal(RunOptions options, SafeFileHandle file, IRunLog log, SecretMasker? masker)
    {
        (this.options, this.file, this.log, this.masker) = (options, file, log, masker);
        length = RandomAccess.GetLength(file);
        forcing = new Timer(_ => Force(), null, ForceInterval, ForceInterval);
    }

    /// <returns>Null where it can not be written; then <paramref name="log"/> says why, and nothing may run.</returns>
    public static Journal? TryBegin(RunOptions options, string runId, DateTimeOffset at, IEnumerable<KeyValuePair<string, SuccessRecord>> kept, IRunLog log, SecretMasker? masker)
    {
        try
        {
            return Begin(options, runId, at, kept, log, masker);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Report(Diagnostic.Error(Codes.StateNotWritable, $"journal.ndjson in '{options.Directory}' can not be written, so nothing was run: {e.Message}"));
            return null;
        }
    }

    /// <summary>Begins a journal with what is still true of earlier runs. The one that was there is replaced at once, or not at all.</summary>
    public static Journal Begin(RunOptions options, string runId, DateTimeOffset at, IEnumerable<KeyValuePair<string, SuccessRecord>> kept, IRunLog log, SecretMasker? masker)
    {
        string path = PathOf(options);
        WholeFile.Write(path, stream =>
        {
            var text = new ArrayBufferWriter<byte>(64 * 1024);
            WriteLine(text, json =>
            {
                json.WriteString("event", "run");
                json.WriteNumber("schemaVersion", JournalReader.SchemaVersion);
                json.WriteString("run", runId);
                json.WriteNumber("processId", Environment.ProcessId);
                json.WriteString("at", Iso8601.Of(at));
            });
            foreach ((string id, SuccessRecord record) in kept)
            {
                WriteLine(text, json =>
                {
                    json.WriteString("event", "kept");
                    json.WriteString("id", id);
                    WriteRecord(json, record, options);
                });
            }
            stream.Write(text.WrittenSpan);
        });
        return new Journal(options, File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete), log, masker);
    }

    public static string PathOf(RunOptions options) => Path.Combine(options.Directory, "journal.ndjson");

    /// <summary>The work of a subtask is about to begin: from here on what it did before does not count.</summary>
    /// <exception cref="IOException">It can not be written: then the work must not begin.</exception>
    public void Working(string id, DateTimeOffset at, string? why) => Append(json =>
    {
        json.WriteString("event", "started");
        json.WriteString("id", id);
        json.WriteString("at", Iso8601.Of(at));
        if (why is not null)
            json.WriteString("why", masker?.Apply(why) ?? why);
    });

    public void On(RunEvent happened)
    {
        try
        {
            switch (happened)
            {
                case SubtaskEnded(var subtask, var result):
                    Append(json => WriteEnd(json, subtask.Id, result));
                    break;
                case SubtasksSkipped(var skipped):
                    foreach (string id in skipped.Subtasks.Select(subtask => subtask.Id))
                        Append(json => WriteEnd(json, id, SubtaskResult.Skipped(skipped.Reason)));
                    break;
                case RunEnded(var result):
                    Append(json =>
                    {
                        json.WriteString("event", "runEnded");
                        json.WriteString("status", RunFile.StatusOf(result));
                    });
                    Force();
                    break;
                // What begins is written by whoever begins it, before it does.
                case RunStarted or SubtaskStarted or RunStopping or Tick:
                    break;
                default:
                    throw happened.NotKnownTo(this);
            }
        }
        catch (IOException e)
        {
            // What is not recorded runs again next time; nothing is claimed that is not so.
            log.Report(Diagnostic.Warning(Codes.StateNotWritable, $"journal.ndjson in '{options.Directory}' could not be written: {e.Message}"));
        }
    }

    public void Dispose()
    {
        forcing.Dispose();
        lock (gate)
            file.Dispose();
    }

    private void WriteEnd(Utf8JsonWriter json, string id, SubtaskResult result)
    {
        json.WriteString("event", "ended");
        json.WriteString("id", id);
        json.WriteString("status", result.Status.ToString());
        if (result.Reason.Length > 0)
            json.WriteString("reason", masker?.Apply(result.Reason) ?? result.Reason);
        if (result.Attempts > 0)
            json.WriteNumber("durationMs", RunFile.Milliseconds(result.Duration));
        // What was not run has its record already.
        if (result.Record is { } record && result.Status is SubtaskStatus.Succeeded or SubtaskStatus.Restored)
            WriteRecord(json, result.Record!, options);
    }

    private static void WriteRecord(Utf8JsonWriter json, SuccessRecord record, RunOptions options)
    {
        json.WriteString("fingerprint", record.Fingerprint.Digest);
        json.WriteStartObject("parts");
        foreach ((string name, string digest) in record.Fingerprint.Parts)
            json.WriteString(name, digest);
        json.WriteEndObject();
        if (!record.Outputs.IsEmpty)
        {
            // A copy of the folder has outputs of its own.
            json.WriteStartObject("outputs");
            foreach (OutputStamp output in record.Outputs)
                json.WriteString(Path.GetRelativePath(options.ProjectDirectory, output.Path).Replace('\\', '/'), output.State);
            json.WriteEndObject();
        }
        if (!record.Values.IsEmpty)
        {
            json.WriteStartObject("values");
            foreach ((string name, string value) in record.Values)
                json.WriteString(name, value);
            json.WriteEndObject();
        }
        if (record.Notes.Length > 0)
            json.WriteString("notes", record.Notes);
    }

    private static void WriteLine(ArrayBufferWriter<byte> to, Action<Utf8JsonWriter> write)
    {
        using var json = new Utf8JsonWriter(to);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        to.Write("\n"u8);
    }

    private void Append(Action<Utf8JsonWriter> write)
    {
        lock (gate)
        {
            line.Clear();
            // After a write that failed half-way, half a line may stand there: it must not spoil this one.
            if (torn)
                line.Write("\n"u8);
            WriteLine(line, write);
            torn = true;
            RandomAccess.Write(file, line.WrittenSpan, length);
            torn = false;
            length += line.WrittenCount;
        }
    }

    private void Force()
    {
        try
        {
            long now = Interlocked.Read(ref length);
            if (file.IsClosed || now == Interlocked.Exchange(ref forced, now))
                return;
            RandomAccess.FlushToDisk(file);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // A power cut would cost more; nothing else depends on it.
        }
    }
}
