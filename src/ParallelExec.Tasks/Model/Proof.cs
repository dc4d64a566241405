namespace ParallelExec.Model;

/// <summary>What there is for an agent's "done".</summary>
internal enum Proof
{
    /// <summary>Declared outputs were written, or <c>Verify</c> has passed.</summary>
    Proven,

    /// <summary>Its word alone.</summary>
    Believed,
}
