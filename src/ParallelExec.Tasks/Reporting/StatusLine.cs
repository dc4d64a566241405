namespace ParallelExec.Reporting;

/// <summary>A place where one line says how far the run is, as long as it goes on.</summary>
/// <param name="Width">As long as the line may be.</param>
/// <param name="Say">Puts another text in its place; from the run's loop.</param>
internal sealed record StatusLine(int Width, Action<string> Say)
{
    /// <summary>What is over sooner needs no such line.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    /// <summary>The same, where a subtask has begun or ended.</summary>
    private static readonly TimeSpan LeastOfChange = TimeSpan.FromMilliseconds(400);

    /// <summary>In a long run nobody counts seconds, and each text costs something.</summary>
    private const int TextsInAnyTime = 30;

    private DateTimeOffset? startedAt;
    private DateTimeOffset saidAt;

    /// <summary>Whether another text is wanted by now.</summary>
    public bool IsDue(DateTimeOffset at, bool isChange)
    {
        startedAt ??= saidAt = at;
        bool isFirst = startedAt == saidAt;
        TimeSpan passed = at - startedAt.Value, least = isChange && !isFirst ? LeastOfChange : Least;
        TimeSpan interval = passed / TextsInAnyTime * (least / Least);
        if (at - saidAt < (interval > least ? interval : least))
            return false;
        saidAt = at;
        return true;
    }
}
