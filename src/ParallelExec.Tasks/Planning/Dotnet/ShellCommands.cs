using System.Collections.Immutable;
using System.Text;

namespace ParallelExec.Planning.Dotnet;

/// <summary>
/// The simple commands in a text for a shell, each as its words, without a shell's expansions: a word that holds one keeps its <c>$</c>.
/// Good enough to see which programs are called with which arguments; nothing is run by it.
/// </summary>
internal sealed class ShellCommands
{
    private static readonly string[] Prefixes =
    [
        "then", "do", "else", "elif", "if", "while", "until", "!", "{", "time", "exec", "command", "env", "nice", "nohup", "sudo", "call",
    ];

    private readonly List<ShellCommand> commands = [];
    private readonly Stack<string?> folders = new();
    private readonly List<string> words = [];
    private string? folder;

    private ShellCommands(string folder) => this.folder = folder;

    /// <param name="folder">Where the shell is started; absolute.</param>
    /// <param name="isWindows">A backslash is a part of a path.</param>
    public static IReadOnlyList<ShellCommand> In(string text, string folder, bool isWindows)
    {
        var found = new ShellCommands(folder);
        found.Read(text.ReplaceLineEndings("\n"), isWindows);
        return found.commands;
    }

    private void Read(string text, bool isWindows)
    {
        var word = new StringBuilder();
        bool inWord = false;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else if (c == '\\' && quote == '"' && !isWindows && i + 1 < text.Length
                    && text[i + 1] is '"' or '\\' or '$' or '`')
                    word.Append(text[++i]);
                else
                    word.Append(c);
            }
            else if (c == '"' || (c == '\'' && !isWindows))
            {
                (quote, inWord) = (c, true);
            }
            else if ((c is '\\' && !isWindows) || (c is '^' && isWindows))
            {
                // Before a line's end it goes on in the next one.
                if (++i < text.Length && text[i] != '\n')
                {
                    word.Append(text[i]);
                    inWord = true;
                }
            }
            else if (c == '#' && !inWord && !isWindows)
            {
                i = text.IndexOf('\n', i) is >= 0 and int end ? end - 1 : text.Length;
            }
            else if (c is ' ' or '\t')
            {
                EndWord();
            }
            else if (c is '&' && i > 0 && text[i - 1] == '>')
            {
                // Of `2>&1`.
                word.Append(c);
            }
            else if (c is ';' or '&' or '|' or '\n' or '(' or ')')
            {
                EndWord();
                EndCommand();
                if (c == '(')
                    folders.Push(folder);
                else if (c == ')' && folders.TryPop(out string? before))
                    folder = before;
            }
            else
            {
                word.Append(c);
                inWord = true;
            }
        }
        EndWord();
        EndCommand();

        void EndWord()
        {
            if (inWord)
                words.Add(word.ToString());
            word.Clear();
            inWord = false;
        }
    }

    private void EndCommand()
    {
        var variables = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        int first = 0;
        for (; first < words.Count; first++)
        {
            string word = words[first];
            if (word.IndexOf('=', StringComparison.Ordinal) is > 0 and int equals && word.AsSpan(0, equals).IndexOfAny("/\\.- ") < 0)
                variables.Add(new(word[..equals], word[(equals + 1)..]));
            else if (!Prefixes.Contains(word.TrimStart('@'), StringComparer.Ordinal))
                break;
        }
        if (first < words.Count)
            Add(words[first].TrimStart('@'), [.. words.Skip(first + 1)], variables.ToImmutable());
        words.Clear();
    }

    private void Add(string program, ImmutableArray<string> arguments, ImmutableArray<KeyValuePair<string, string>> variables)
    {
        if (program is "cd" or "pushd" or "chdir")
        {
            string? to = arguments.FirstOrDefault(argument => argument is not ("/d" or "/D" or "--" or "-P" or "-L"));
            folder = folder is null || to is null || to.AsSpan().IndexOfAny('$', '%', '`') >= 0 ? null : Path.GetFullPath(to, folder);
        }
        else if (folder is not null)
        {
            commands.Add(new ShellCommand(program, arguments, variables, folder));
        }
    }
}

/// <param name="Variables">Set for it alone.</param>
/// <param name="Folder">Where it is called; absolute.</param>
internal sealed record ShellCommand(
    string Program, ImmutableArray<string> Arguments, ImmutableArray<KeyValuePair<string, string>> Variables, string Folder);
