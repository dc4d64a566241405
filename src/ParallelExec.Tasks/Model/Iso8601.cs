using System.Globalization;

namespace ParallelExec.Model;

/// <summary>How points in time are written to files: UTC, to the millisecond, <c>2026-11-24T18:48:33.120Z</c>.</summary>
internal static class Iso8601
{
    public static string Of(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
