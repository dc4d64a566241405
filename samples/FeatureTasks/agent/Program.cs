// Stands in for a coding agent: reads the prompt from its input, writes the files that it asks for, and leaves a note for those who
// come after it. It writes what it was told, not what it thinks.
string agent = args[0];
string[] prompt = Console.In.ReadToEnd().ReplaceLineEndings("\n").Split('\n');
string title = prompt[0].TrimStart('#', ' ');

foreach (string file in Section("Files to write"))
{
    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
    List<string> lines = [$"# {title}", "", $"Written by {agent}.", ""];
    lines.AddRange(Section("Acceptance criteria").Select(criterion => $"- [x] {criterion}"));
    // Who depends on others finds in its prompt what they left.
    lines.AddRange(prompt.Where(line => line.StartsWith("See ", StringComparison.Ordinal)));
    File.WriteAllLines(file, lines);
    File.AppendAllText(Environment.GetEnvironmentVariable("PARALLELEXEC_NOTES")!, $"See {file}: {title}.\n");
    Console.WriteLine($"wrote {file}");
}

// The entries of the list below a heading.
IEnumerable<string> Section(string heading) => prompt
    .SkipWhile(line => !line.StartsWith("## " + heading, StringComparison.Ordinal))
    .Skip(1)
    .TakeWhile(line => !line.StartsWith('#'))
    .Where(line => line.StartsWith("- ", StringComparison.Ordinal))
    .Select(line => line[2..]);
