using Xunit.Sdk;
using Xunit.v3;

// Each test has a folder and a build of its own, so that tests of one class run beside each other too. Builds use the other cores
// themselves: one test more than there are cores fills what is left while one of them waits.
[assembly: Parallelization(Mode = ParallelMode.All, MaxThreads = 3)]
