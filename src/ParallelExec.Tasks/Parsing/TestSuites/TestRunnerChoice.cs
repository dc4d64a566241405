using System.Text.Json;
using ParallelExec.Files;

namespace ParallelExec.Parsing.TestSuites;

/// <summary>Which of the two ways <c>dotnet test</c> goes in a repository, by its <c>global.json</c>.</summary>
internal static class TestRunnerChoice
{
    private const int LongestFile = 1_000_000;

    private static readonly JsonDocumentOptions Lenient =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>It says that programs run their own tests, also those that the test platform of the SDK could run.</summary>
    /// <param name="folder">Absolute; the nearest file in it or above counts.</param>
    public static bool IsPrograms(string folder)
    {
        for (string? at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            string file = Path.Combine(at, "global.json");
            if (PlainFile.TryRead(file, LongestFile) is not { } bytes)
                continue;
            try
            {
                using JsonDocument json = JsonDocument.Parse(bytes, Lenient);
                return json.RootElement.ValueKind == JsonValueKind.Object
                    && json.RootElement.TryGetProperty("test", out JsonElement test) && test.ValueKind == JsonValueKind.Object
                    && test.TryGetProperty("runner", out JsonElement runner) && runner.ValueKind == JsonValueKind.String
                    && "Microsoft.Testing.Platform".Equals(runner.GetString(), StringComparison.OrdinalIgnoreCase);
            }
            catch (JsonException)
            {
                // The SDK has said so already.
                return false;
            }
        }
        return false;
    }
}
