using ParallelExec.Model;

namespace ParallelExec.Reporting;

/// <summary>What running side by side has saved.</summary>
/// <param name="Sequential">The time that the same work takes one after another.</param>
/// <param name="Parallel">The time that it took.</param>
/// <param name="IsAtMost">It can be less: the system has not told enough.</param>
internal sealed record Savings(TimeSpan Sequential, TimeSpan Parallel, bool IsAtMost)
{
    /// <summary>Of the time one after another. Work that is slower side by side has saved nothing.</summary>
    public int Percent => Sequential <= TimeSpan.Zero ? 0 : (int)Math.Max(0, Math.Round(100 * (1 - (Parallel / Sequential))));

    /// <summary>In a sentence.</summary>
    public string Time => AtMost("at most ", Wording.Duration(Sequential));

    public string Saved => AtMost("at most ", $"{Percent}%");

    /// <summary>In a table.</summary>
    public string TimeCell => AtMost("≤", Wording.Duration(Sequential));

    public string SavedCell => AtMost("≤", $"{Percent}%");

    private string AtMost(string words, string figure) => IsAtMost && Sequential > Parallel ? words + figure : figure;
}
