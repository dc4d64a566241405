using System.Globalization;

namespace ParallelExec.Reporting.Ci;

/// <summary>Sections of a job's log in GitLab, which can be opened. What failed it takes from JUnit reports, not from the log.</summary>
internal sealed class GitLab : CiCommands
{
    private const string Clear = "\e[0K";

    // The console makes lines' ends of carriage returns.
    protected override bool AtLineStart => true;

    protected override string BeginGroup(int number, string title, DateTimeOffset at) =>
        $"{Clear}section_start:{Seconds(at)}:{Name(number)}[collapsed=true]\r{Clear}{title.ReplaceLineEndings(" ")}";

    protected override string EndGroup(int number, string title, DateTimeOffset at) =>
        $"{Clear}section_end:{Seconds(at)}:{Name(number)}\r{Clear}";

    // By number: ids have characters that a section's name may not have, and what is left of two of them may be one.
    private string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"parallelexec_{Run}_{number}");

    private static string Seconds(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
