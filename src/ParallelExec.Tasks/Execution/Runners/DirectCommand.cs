using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;

namespace ParallelExec.Execution.Runners;

/// <summary>
/// A command line that a shell would only take apart at its spaces: it is started without one, as make does, where nobody can tell the
/// difference. Whatever is not certain goes to the shell.
/// </summary>
internal static class DirectCommand
{
    // No quotes, variables, globs, redirections, comments, tildes, braces. `=` and `:` mean something in the first word only.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,+@%= \t");

    /// <summary>
    /// What dash, bash, ksh, zsh and BusyBox do themselves, and their reserved words; `echo`, `printf`, `test`, ... differ from the
    /// programs of that name.
    /// </summary>
    private static readonly FrozenSet<string> ShellWords = new[]
    {
        ".", ":", "alias", "autoload", "bg", "bind", "bindkey", "break", "builtin", "caller", "case", "cd", "chdir", "command", "compgen",
            "complete",
        "compopt", "continue", "coproc", "declare", "dirs", "disable", "disown", "do", "done", "echo", "elif", "else", "emulate", "enable",
            "esac", "eval",
        "exec", "exit", "export", "false", "fc", "fg", "fi", "float", "for", "foreach", "function", "getopts", "hash", "help", "hist",
            "history", "if", "in",
        "integer", "jobs", "kill", "let", "limit", "local", "login", "logout", "mapfile", "namespace", "newgrp", "nocorrect", "noglob",
            "popd", "print",
        "printf", "pushd", "pwd", "read", "readarray", "readonly", "rehash", "repeat", "return", "select", "set", "setopt", "shift",
            "shopt", "source",
        "suspend", "test", "then", "time", "times", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias", "unlimit", "unset",
            "unsetopt", "until",
        "wait", "whence", "where", "which", "while",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <returns>Null where a shell has to read it.</returns>
    public static ImmutableArray<string>? Words(string commandLine)
    {
        ReadOnlySpan<char> text = commandLine.AsSpan().Trim(" \t\r\n");
        if (text.IsEmpty || text.ContainsAnyExcept(Plain))
            return null;
        ImmutableArray<string> words = [.. text.ToString().Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)];
        return words[0].Contains('=', StringComparison.Ordinal) || words[0].StartsWith('%') || ShellWords.Contains(words[0]) ? null : words;
    }

    /// <summary>bash, also as <c>sh</c>, takes functions from its environment: a word can then be one.</summary>
    public static bool HasFunctions(IReadOnlyDictionary<string, string> environment) =>
        environment.Keys.Any(name => name.StartsWith("BASH_FUNC_", StringComparison.Ordinal));
}
