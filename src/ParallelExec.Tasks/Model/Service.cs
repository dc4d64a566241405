namespace ParallelExec.Model;

/// <summary>What a subtask is that does not end by itself: it serves those that depend on it.</summary>
/// <param name="Ready">When it serves; null = as soon as it has been started.</param>
/// <param name="ReadyTimeout">How long it may take until then.</param>
/// <param name="Port">True: <c>{port}</c> stands somewhere, so it gets a free port of its own.</param>
internal sealed record Service(Readiness? Ready, TimeSpan ReadyTimeout, bool Port)
{
    public static readonly TimeSpan DefaultReadyTimeout = TimeSpan.FromSeconds(60);
}

/// <summary>How one sees that a service is ready: exactly one of these.</summary>
/// <param name="Declared">As it was written.</param>
internal abstract record Readiness(string Declared);

/// <summary>It writes a line in which this is found.</summary>
internal sealed record LineReadiness(string Declared, string Pattern) : Readiness(Declared);

/// <summary>It takes connections at this port of this machine.</summary>
/// <param name="Port">Null = its own.</param>
internal sealed record TcpReadiness(string Declared, int? Port) : Readiness(Declared);

/// <summary>It answers there, with a status below 400.</summary>
/// <param name="Address">May hold <c>{port}</c>.</param>
internal sealed record HttpReadiness(string Declared, string Address) : Readiness(Declared);
