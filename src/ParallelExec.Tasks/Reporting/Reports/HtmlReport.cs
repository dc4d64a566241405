using System.Net;
using System.Text;
using System.Text.Json;
using ParallelExec.Files;
using ParallelExec.State;

namespace ParallelExec.Reporting.Reports;

/// <summary>
/// <c>report.html</c>: one file that needs nothing else. Its frame, style and script stand in the folder <c>Page</c>; the run is data in
/// it.
/// </summary>
internal static class HtmlReport
{
    public const string Name = "report.html";

    /// <param name="hide">Hides secrets.</param>
    public static void Write(string directory, RecordedRun run, Func<string, string> hide) =>
        WholeFile.Write(Path.Combine(directory, Name), stream =>
        {
            string title = $"{Path.GetFileNameWithoutExtension(run.Project)}: {run.Status}";
            foreach (string part in Part("report.html").Split("{{", StringSplitOptions.None))
            {
                int end = part.IndexOf("}}", StringComparison.Ordinal);
                switch (end < 0 ? "" : part[..end])
                {
                    case "title":
                        Text(WebUtility.HtmlEncode(title));
                        break;
                    case "style":
                        Text(Part("report.css"));
                        break;
                    case "script":
                        foreach (string script in Scripts)
                            Text(Part(script));
                        break;
                    case "run":
                        // The writer's own encoder: no '<' is left of what others have written, so that nothing of it ends the element.
                        using (var json = new Utf8JsonWriter(stream))
                            HtmlData.Write(json, directory, run, hide);
                        break;
                }
                Text(end < 0 ? part : part[(end + 2)..]);
            }

            void Text(string text) => stream.Write(Encoding.UTF8.GetBytes(text));
        });

    /// <summary>In the order in which they need each other.</summary>
    private static readonly string[] Scripts = ["base.js", "detail.js", "overview.js", "timeline.js", "graph.js", "tables.js", "main.js"];

    private static string Part(string name)
    {
        using Stream stream = typeof(HtmlReport).Assembly.GetManifestResourceStream($"Page/{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
