namespace Microsoft.Build.Framework;

/// <summary>
/// Tells the engine (18.3 and later, by this full name) that a task may run beside others in one process under <c>-mt</c>.
/// Declared here because the version that we compile against does not have it.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class MSBuildMultiThreadableTaskAttribute : Attribute;
