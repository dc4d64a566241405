using System.Buffers;
using System.Globalization;
using System.Text;
using ParallelExec.Execution.Runners;

namespace ParallelExec.Tasks;

/// <summary>How the build of a project went, from the node that built it.</summary>
/// <param name="StartedAt">When the node had it. Until then it waited for one, which is no time of its own.</param>
internal sealed record ProjectAnswer(bool Succeeded, DateTimeOffset StartedAt, TimeSpan Ran)
{
    /// <summary>Why the engine did not build it; empty = it did.</summary>
    public string Refused { get; init; } = "";

    public ProjectOutcome Outcome => new(Succeeded) { StartedAt = StartedAt, Ran = Ran, Refused = Refused };

    /// <summary>In characters that file names and properties may have.</summary>
    public string ToText()
    {
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{(Succeeded ? "succeeded" : "failed")}.{StartedAt.UtcTicks}.{Ran.Ticks}");
        return Refused.Length == 0 ? text : $"{text}.{Convert.ToHexString(Encoding.UTF8.GetBytes(Refused))}";
    }

    /// <returns>Null where it is no such text.</returns>
    public static ProjectAnswer? FromText(string text)
    {
        string[] parts = text.Split('.');
        byte[] refused = new byte[parts.Length == 4 ? parts[3].Length / 2 : 0];
        return parts.Length is 3 or 4
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long startedAt)
                && startedAt <= DateTime.MaxValue.Ticks
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out long ran)
            && (parts.Length == 3 || Convert.FromHexString(parts[3], refused, out _, out _) == OperationStatus.Done)
            ? new ProjectAnswer(parts[0] == "succeeded", new DateTimeOffset(startedAt, TimeSpan.Zero), TimeSpan.FromTicks(ran))
            {
                Refused = Encoding.UTF8.GetString(refused),
            }
            : null;
    }
}
