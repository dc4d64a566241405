namespace ParallelExec.Model;

/// <summary>How it is written when a service is ready.</summary>
internal static class ReadinessForm
{
    public const string Line = "line:";
    public const string Tcp = "tcp:";
    public const string Http = "http://";
    public const string Expected = "line:REGEX (a line of its output), tcp:PORT or http://ADDRESS";
}
