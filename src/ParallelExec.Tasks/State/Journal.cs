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

    private readonly RunOptions options;
    private readonly IRunLog log;
    private readonly SecretMasker? masker;
    private readonly JournalFile lines;
    private readonly Timer forcing;
    private int told;

    private Journal(RunOptions options, SafeFileHandle file, IRunLog log, SecretMasker? masker)
    {
        (this.options, this.log, this.masker) = (options, log, masker);
        lines = new JournalFile(file);
        forcing = new Timer(_ => lines.Force(), null, ForceInterval, ForceInterval);
    }

    /// <returns>Null where it can not be written; then <paramref name="log"/> says why, and nothing may run.</returns>
    public static Journal? TryBegin(
        RunOptions options,
        string runId,
        DateTimeOffset at,
        IEnumerable<KeyValuePair<string, SuccessRecord>> kept,
        IRunLog log,
        SecretMasker? masker)
    {
        try
        {
            return Begin(options, runId, at, kept, log, masker);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string told = $"journal.ndjson in '{options.Directory}' can not be written, so nothing was run: {e.Message}";
            log.Report(Diagnostic.Error(Codes.StateNotWritable, told));
            return null;
        }
    }

    /// <summary>Begins one with what is still true of earlier runs. The one that was there is replaced at once, or not at all.</summary>
    public static Journal Begin(
        RunOptions options,
        string runId,
        DateTimeOffset at,
        IEnumerable<KeyValuePair<string, SuccessRecord>> kept,
        IRunLog log,
        SecretMasker? masker)
    {
        string path = PathOf(options);
        WholeFile.Write(path, stream =>
        {
            var text = new ArrayBufferWriter<byte>(64 * 1024);
            WriteLine(text, masker, json =>
            {
                json.Exactly("event", "run");
                json.Number("schemaVersion", JournalReader.SchemaVersion);
                json.Exactly("run", runId);
                json.Number("processId", Environment.ProcessId);
                json.Exactly("at", Iso8601.Of(at));
            });
            foreach ((string id, SuccessRecord record) in kept)
            {
                WriteLine(text, masker, json =>
                {
                    json.Exactly("event", "kept");
                    json.Exactly("id", id);
                    WriteRecord(json, record, options);
                });
            }
            stream.Write(text.WrittenSpan);
        });
        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        return new Journal(options, file, log, masker);
    }

    public static string PathOf(RunOptions options) => Path.Combine(options.Directory, "journal.ndjson");

    /// <summary>The work of a subtask is about to begin: from here on what it did before does not count.</summary>
    /// <exception cref="IOException">It can not be written: then the work must not begin.</exception>
    public void Working(string id, DateTimeOffset at, string? why) => Append(json =>
    {
        json.Exactly("event", "started");
        json.Exactly("id", id);
        json.Exactly("at", Iso8601.Of(at));
        if (why is not null)
            json.Text("why", why);
    });

    public void On(RunEvent happened)
    {
        try
        {
            switch (happened)
            {
                // Its record stands in the journal already: a kill costs no more than the word that it was looked at.
                case SubtaskEnded(var subtask, { Status: SubtaskStatus.UpToDate, Record: null } result):
                    lines.Wait(to => WriteLine(to, masker, json => WriteEnd(json, subtask.Id, result)));
                    break;
                case SubtaskEnded(var subtask, var result):
                    Append(json => WriteEnd(json, subtask.Id, result));
                    break;
                case ServiceReady(var service, _):
                    Append(json =>
                    {
                        json.Exactly("event", "ready");
                        json.Exactly("id", service.Id);
                    });
                    break;
                case SubtasksSkipped(var skipped):
                    foreach (string id in skipped.Subtasks.Select(subtask => subtask.Id))
                        Append(json => WriteEnd(json, id, SubtaskResult.Skipped(skipped.Reason)));
                    break;
                case RunEnded(var result):
                    Append(json =>
                    {
                        json.Exactly("event", "runEnded");
                        json.Exactly("status", RunFile.StatusOf(result));
                    });
                    lines.Force();
                    break;
                case Tick:
                    lines.WriteWaiting();
                    break;
                // What begins is written by whoever begins it, before it does.
                case RunStarted or SubtaskStarted or RunStopping:
                    break;
                default:
                    throw happened.NotKnownTo(this);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // What is not recorded runs again next time; nothing is claimed that is not so. Told once: a full disk stays full.
            if (Interlocked.Exchange(ref told, 1) != 0)
                return;
            string message = $"journal.ndjson in '{options.Directory}' could not be written: {e.Message}";
            log.Report(Diagnostic.Warning(Codes.StateNotWritable, message));
        }
    }

    public void Dispose()
    {
        forcing.Dispose();
        lines.Dispose();
    }

    private void WriteEnd(MaskedJson json, string id, SubtaskResult result)
    {
        json.Exactly("event", "ended");
        json.Exactly("id", id);
        json.Exactly("status", result.Status.ToString());
        if (result.Reason.Length > 0)
            json.Text("reason", result.Reason);
        if (result.Attempts > 0)
            json.Number("durationMs", RunFile.Milliseconds(result.Duration));
        // What was not run has its record already, unless it was put together anew.
        if (result.Record is { } record && result.IsSuccess)
            WriteRecord(json, record, options);
    }

    // Exactly: it is compared with what is then. A record that holds a secret is kept nowhere.
    private static void WriteRecord(MaskedJson json, SuccessRecord record, RunOptions options)
    {
        json.Exactly("fingerprint", record.Fingerprint.Digest);
        json.StartObject("parts");
        foreach ((string name, string digest) in record.Fingerprint.Parts)
            json.Exactly(name, digest);
        json.EndObject();
        if (!record.Outputs.IsEmpty)
        {
            // A copy of the folder has outputs of its own.
            json.StartObject("outputs");
            foreach (OutputStamp output in record.Outputs)
                json.Exactly(Path.GetRelativePath(options.ProjectDirectory, output.Path).Replace('\\', '/'), output.State);
            json.EndObject();
        }
        if (!record.Values.IsEmpty)
        {
            json.StartObject("values");
            foreach ((string name, string value) in record.Values)
                json.Exactly(name, value);
            json.EndObject();
        }
        if (record.Notes.Length > 0)
            json.Exactly("notes", record.Notes);
    }

    private static void WriteLine(ArrayBufferWriter<byte> to, SecretMasker? masker, Action<MaskedJson> write)
    {
        using (var writer = new Utf8JsonWriter(to))
        {
            var json = new MaskedJson(writer, masker);
            json.StartObject();
            write(json);
            json.EndObject();
        }
        to.Write("\n"u8);
    }

    private void Append(Action<MaskedJson> write) => lines.Append(to => WriteLine(to, masker, write));
}
