namespace ParallelExec.Model;

/// <summary>All codes, each documented in docs/errors.md with cause and cure.</summary>
internal static class Codes
{
    // PEX1xxx: declaration
    public const string InvalidId = "PEX1001";
    public const string DuplicateId = "PEX1002";
    public const string KindOfWork = "PEX1003";
    public const string InvalidValue = "PEX1004";
    public const string UnknownName = "PEX1005";
    public const string NotInThisVersion = "PEX1006";
    public const string DoesNotApply = "PEX1007";
    public const string TestProject = "PEX1008";
    public const string NothingDeclared = "PEX1009";

    // PEX2xxx: graph and plan
    public const string MissingDependency = "PEX2001";
    public const string Cycle = "PEX2002";
    public const string WriteConflict = "PEX2003";
    public const string Pool = "PEX2004";
    public const string EmptyWildcard = "PEX2005";
    public const string NothingSelected = "PEX2006";
    public const string Unbalanced = "PEX2007";
    public const string UndeclaredWrite = "PEX2008";
    public const string DotnetConflict = "PEX2009";
    public const string ToldSameFile = "PEX2010";
    public const string NoInput = "PEX2011";
    public const string ChangesUnknown = "PEX2012";

    // PEX3xxx: running
    public const string ExitCode = "PEX3001";
    public const string TimedOut = "PEX3002";
    public const string NotStarted = "PEX3003";
    public const string OutputMissing = "PEX3004";
    public const string VerifyFailed = "PEX3005";
    public const string HandOver = "PEX3006";
    public const string Stopped = "PEX3007";
    public const string ProjectFailed = "PEX3008";
    public const string ServiceFailed = "PEX3009";
    public const string TestFailed = "PEX3010";
    public const string VariableLost = "PEX3011";
    public const string NoTests = "PEX3020";
    public const string TestHostFailed = "PEX3021";
    public const string Telemetry = "PEX3030";
    public const string Ci = "PEX3031";

    // PEX4xxx: state
    public const string Locked = "PEX4001";
    public const string StateNotWritable = "PEX4002";
    public const string NewerState = "PEX4003";
    public const string DamagedState = "PEX4004";
    public const string CacheDamaged = "PEX4005";
    public const string RemoteCache = "PEX4006";
    public const string VersionUnknown = "PEX4007";
    public const string NotOurs = "PEX4008";
    public const string NothingToReport = "PEX4009";

    // PEX5xxx: task folders
    public const string UnreadableJson = "PEX5001";
    public const string MissingSeq = "PEX5002";
    public const string Oddity = "PEX5003";
    public const string OutsideProject = "PEX5004";
    public const string NoTaskFolder = "PEX5005";
    public const string NotWrittenBack = "PEX5006";
    public const string Orphan = "PEX5007";
    public const string NotArchived = "PEX5008";

    // PEX6xxx: agents
    public const string NoRunner = "PEX6001";
    public const string AgentMissing = "PEX6002";
    public const string AgentUnknown = "PEX6003";
    public const string ChangedNothing = "PEX6004";
    public const string AgentFailed = "PEX6005";
    public const string ContextMissing = "PEX6006";
    public const string PromptTooLong = "PEX6007";
    public const string TeamUnknown = "PEX6008";
    public const string SharedContextNotWritten = "PEX6009";
    public const string MergeStopped = "PEX6010";
    public const string OnlyWord = "PEX6011";
    public const string NeedsInput = "PEX6012";
    public const string SpendingLimit = "PEX6013";
    public const string NotIsolated = "PEX6014";
    public const string NotApplied = "PEX6015";

    // PEX9xxx: a bug of ours
    public const string Bug = "PEX9001";
}
