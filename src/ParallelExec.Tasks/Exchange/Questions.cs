using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Exchange;

/// <summary>
/// What subtasks have asked people, and what they were answered: a file for each subtask, which outlives runs, and which an answer can be
/// written into while a run goes on.
/// </summary>
/// <param name="hidden">The text with all secrets hidden.</param>
internal sealed class Questions(RunOptions options, Func<string, string> hidden)
{
    public const string FolderName = "questions";

    private const int SchemaVersion = 1;

    /// <summary>Of one file, in bytes; the texts in it are bounded.</summary>
    private const long Longest = 10_000_000;

    // Nobody who has never asked anything pays for a look at each file.
    private readonly Lazy<bool> any = new(() => Directory.Exists(Path.Combine(options.Directory, FolderName)));

    /// <summary>For who only reads, or writes what a person has typed.</summary>
    public Questions(RunOptions options)
        : this(options, text => text)
    {
    }

    /// <summary>The questions that wait for an answer, by id.</summary>
    public ImmutableSortedDictionary<string, string> Open()
    {
        var open = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Asked asked in All().Where(asked => asked.Questions[^1].Answer.Length == 0))
            open[asked.Id] = asked.Questions[^1].Text;
        return open.ToImmutable();
    }

    /// <summary>All who have asked something.</summary>
    public IReadOnlyList<string> Ids() => [.. All().Select(asked => asked.Id).Order(StringComparer.OrdinalIgnoreCase)];

    /// <returns>What it waits for; null where it has asked nothing, was answered, or is declared otherwise than when it asked.</returns>
    public string? OpenOf(Subtask subtask) =>
        Read(subtask.Id) is { } asked && asked.Questions[^1].Answer.Length == 0 && asked.Declared == Digest(subtask)
            ? asked.Questions[^1].Text : null;

    /// <summary>What it has asked and was answered, in its order.</summary>
    public ImmutableArray<Question> AnsweredOf(Subtask subtask) =>
        Read(subtask.Id) is { } asked ? [.. asked.Questions.Where(question => question.Answer.Length > 0)] : [];

    /// <exception cref="IOException">It can not be written.</exception>
    public void Ask(Subtask subtask, string question)
    {
        Directory.CreateDirectory(Path.Combine(options.Directory, FolderName));
        IEnumerable<Question> answered = ReadFile(PathOf(subtask.Id))?.Questions.Where(each => each.Answer.Length > 0) ?? [];
        Write(new Asked(subtask.Id, Digest(subtask), [.. answered, new Question(hidden(question), "")]));
    }

    /// <summary>Answers its last question; a second answer takes the place of the first.</summary>
    /// <returns>The question; null where there is none.</returns>
    public string? Answer(string id, string answer)
    {
        if (ReadFile(PathOf(id)) is not { } asked)
            return null;
        Question last = asked.Questions[^1];
        Write(asked with { Questions = asked.Questions.SetItem(asked.Questions.Length - 1, last with { Answer = answer }) });
        return last.Text;
    }

    /// <summary>As if it had never asked.</summary>
    public void Forget(string id)
    {
        if (any.Value)
            File.Delete(PathOf(id));
    }

    private IEnumerable<Asked> All() => !any.Value ? [] :
        Directory.EnumerateFiles(Path.Combine(options.Directory, FolderName), "*.json").Select(ReadFile).OfType<Asked>();

    private Asked? Read(string id) => any.Value ? ReadFile(PathOf(id)) : null;

    private string PathOf(string id) => Path.Combine(options.Directory, FolderName, LogFiles.SafeName(id) + ".json");

    private static Asked? ReadFile(string path)
    {
        try
        {
            if (PlainFile.TryRead(path, Longest) is not { } bytes)
                return null;
            using JsonDocument document = JsonDocument.Parse(bytes);
            JsonElement root = document.RootElement;
            ImmutableArray<Question> questions = [.. root.GetProperty("asked").EnumerateArray().Select(each => new Question(
                each.GetProperty("question").GetString() ?? "",
                each.TryGetProperty("answer", out JsonElement answer) ? answer.GetString() ?? "" : ""))];
            return questions.IsEmpty || root.GetProperty("schemaVersion").GetInt32() > SchemaVersion ? null
                : new Asked(root.GetProperty("id").GetString()!, root.GetProperty("declared").GetString()!, questions);
        }
        // Whatever else stands there is no question of ours: the subtask runs, and asks again.
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    private void Write(Asked asked) => WholeFile.Write(PathOf(asked.Id), stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("schemaVersion", SchemaVersion);
        json.WriteString("id", asked.Id);
        json.WriteString("declared", asked.Declared);
        json.WriteStartArray("asked");
        foreach (Question question in asked.Questions)
        {
            json.WriteStartObject();
            json.WriteString("question", WholeCharacters(question.Text));
            if (question.Answer.Length > 0)
                json.WriteString("answer", WholeCharacters(question.Answer));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    // What agents say can hold a half of one, which JSON can not.
    private static string WholeCharacters(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>A question about work that is described otherwise now is none any more.</summary>
    private static string Digest(Subtask subtask)
    {
        string work = subtask.Work switch
        {
            AgentWork agent => agent.Prompt,
            CommandWork command => command.CommandLine,
            ToolWork tool => string.Join('\0', tool.Arguments.Prepend(tool.Tool)),
            TestWork or ProjectWork or MilestoneWork => "",
            _ => throw subtask.Work.NotKnown(),
        };
        string all = string.Join('\0', [subtask.Title, work, .. subtask.AcceptanceCriteria]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)).AsSpan(0, 16));
    }

    private sealed record Asked(string Id, string Declared, ImmutableArray<Question> Questions);
}
