using System.Globalization;
using CsCheck;
using Xunit.Sdk;
using Xunit.v3;

[assembly: Parallelization(Mode = ParallelMode.None)]

namespace ParallelExec.Chaos.Tests;

/// <summary>How much of it there is: less than a minute in all, or <c>PARALLELEXEC_CHAOS=20</c> times as much. <c>.ci/run</c> has three times as much.</summary>
internal static class Chaos
{
    private static readonly int Times = int.TryParse(Environment.GetEnvironmentVariable("PARALLELEXEC_CHAOS"), NumberStyles.None, CultureInfo.InvariantCulture, out int times) ? times : 1;

    /// <summary>Tries what is generated, one after another; what fails is made smaller and told with its seed.</summary>
    public static void Try<T>(this Gen<T> generator, int iterations, Func<T, Task> attempt, Func<T, string> print) =>
        generator.Sample(each => attempt(each).GetAwaiter().GetResult(), iter: iterations * Times, threads: 1, print: print);
}
