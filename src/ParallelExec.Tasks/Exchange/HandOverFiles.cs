using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Exchange;

/// <summary>
/// The files in which subtasks are handed things, and hand things on. Every text that the run writes into one of them goes through
/// here, where secrets are hidden; what children wrote is read here, in bounded memory, and hidden when they have ended.
/// </summary>
internal sealed class HandOverFiles(RunOptions options, SecretMasker? masker)
{
    /// <summary>Of the file of values, in bytes.</summary>
    private const int LongestOutput = 10_000_000;

    /// <summary>Of a file of notes, in bytes; what stands behind is not read.</summary>
    private const int LongestNotes = 1_000_000;

    /// <summary>The files that belong to one subtask, without their endings.</summary>
    public static string Stem(RunOptions options, Subtask subtask) =>
        Path.Combine(options.Directory, "handover", LogFiles.SafeName(subtask.Id));

    /// <summary>Where a subtask writes what others should know.</summary>
    public static string NotesOf(RunOptions options, Subtask subtask) => Stem(options, subtask) + ".notes.md";

    /// <summary>Where a subtask writes values to hand on.</summary>
    public static string OutputOf(RunOptions options, Subtask subtask) => Stem(options, subtask) + ".output";

    /// <summary>Where a subtask writes what it has to ask a person.</summary>
    public static string QuestionOf(RunOptions options, Subtask subtask) => Stem(options, subtask) + ".question";

    public static string ContextOf(RunOptions options, Subtask subtask) => Stem(options, subtask) + ".context.json";

    /// <summary>The text with all secrets hidden.</summary>
    public string Hidden(string text) => masker?.Apply(text) ?? text;

    /// <returns>The file that is an agent's input. It goes to a service of somebody else's: no secret leaves with it.</returns>
    public string WritePrompt(Subtask subtask, int attempt, string prompt)
    {
        // No id has a ~ in it, so this is nobody else's file.
        string file = $"{Stem(options, subtask)}{(attempt > 1 ? $"~{Wording.Number(attempt)}" : "")}.prompt.md";
        File.WriteAllText(file, Hidden(prompt));
        return file;
    }

    public void WriteContext(Subtask subtask, ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> text = masker is null ? json : HiddenJson(json);

        // It is there before the child is: nobody can read half of it. The file of the last run is written over where it is:
        // a new file, or one that was emptied first (journaling file systems flush it then), costs more than to start the child.
        using SafeFileHandle handle = File.OpenHandle(
            ContextOf(options, subtask), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(handle, text, 0);
        if (RandomAccess.GetLength(handle) != text.Length)
            RandomAccess.SetLength(handle, text.Length);
    }

    /// <summary>Adds to a file that several subtasks read.</summary>
    /// <exception cref="IOException">It can not be written, or is no plain file: writing to a pipe would wait for a reader.</exception>
    public void Append(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (Path.Exists(path) && !PlainFile.Exists(path))
            throw new IOException($"'{path}' is not a plain file.");
        File.AppendAllText(path, Hidden(text));
    }

    /// <summary>What a subtask hands on; the file goes. Null where it wrote none.</summary>
    /// <exception cref="IOException">It is no plain file, or too long.</exception>
    public string? TakeOutput(Subtask subtask)
    {
        string file = OutputOf(options, subtask);
        if (!Path.Exists(file))
            return null;
        string text = Decode(PlainFile.Read(file, LongestOutput));
        File.Delete(file);
        return text;
    }

    /// <summary>What a subtask asks a person; the file goes. Null where it asks nothing.</summary>
    public string? TakeQuestion(Subtask subtask)
    {
        string file = QuestionOf(options, subtask);
        if (!PlainFile.Exists(file))
            return null;
        string text = Decode(PlainFile.ReadStart(file, LongestNotes, out _));
        File.Delete(file);
        return Question.Of(text);
    }

    /// <summary>The notes as they are, with what may be a secret in them; empty where there are none, or they can not be read.</summary>
    public string ReadNotes(Subtask subtask, out bool isCut)
    {
        isCut = false;
        string file = NotesOf(options, subtask);
        return PlainFile.Exists(file) ? Decode(PlainFile.ReadStart(file, LongestNotes, out isCut)) : "";
    }

    /// <summary>The subtask has ended: what it wrote into its files is hidden, or goes. Never throws.</summary>
    public void End(Subtask subtask)
    {
        Quietly(() => File.Delete(OutputOf(options, subtask)));
        Quietly(() => File.Delete(QuestionOf(options, subtask)));
        if (masker is null)
            return;
        string notes = NotesOf(options, subtask);
        try
        {
            string text = ReadNotes(subtask, out _);
            // Line by line, so that who has read some of them finds the rest where it was.
            string hidden = string.Join('\n', text.Split('\n').Select(masker.Apply));
            if (hidden != text)
                File.WriteAllText(notes, hidden);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Quietly(() => File.Delete(notes));
        }
    }

    // UTF-8, unless the file begins with the mark of another encoding, as PowerShell writes it.
    private static string Decode(byte[] bytes)
    {
        using var reader = new StreamReader(new MemoryStream(bytes), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>The same JSON with secrets hidden in all its texts, as they are meant, not as they are written.</summary>
    private ReadOnlySpan<byte> HiddenJson(ReadOnlySpan<byte> json)
    {
        var text = new ArrayBufferWriter<byte>(json.Length + 16);
        using var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true });
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 200 });
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    writer.WriteStartObject();
                    break;
                case JsonTokenType.EndObject:
                    writer.WriteEndObject();
                    break;
                case JsonTokenType.StartArray:
                    writer.WriteStartArray();
                    break;
                case JsonTokenType.EndArray:
                    writer.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    writer.WritePropertyName(Hidden(reader.GetString()!));
                    break;
                case JsonTokenType.String:
                    writer.WriteStringValue(Hidden(reader.GetString()!));
                    break;
                default:
                    string raw = Encoding.UTF8.GetString(reader.ValueSpan);
                    if (Hidden(raw) == raw)
                        writer.WriteRawValue(raw);
                    else
                        writer.WriteStringValue(Hidden(raw));
                    break;
            }
        }
        writer.Flush();
        return text.WrittenSpan;
    }

    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next run removes it before it begins.
        }
    }
}
