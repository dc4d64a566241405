using ParallelExec.Execution.Jobserver;

namespace ParallelExec.Tests.Execution.Jobserver;

public class MakeFlagsTests
{
    [Theory]
    [InlineData("", " -j4 --jobserver-auth=100,101")]
    [InlineData("ks", "ks -j4 --jobserver-auth=100,101")]
    [InlineData("s -j8 --jobserver-auth=3,4 --no-print-directory", "s --no-print-directory -j4 --jobserver-auth=100,101")]
    [InlineData(" -j --jobserver-fds=3,4", " -j4 --jobserver-auth=100,101")]
    [InlineData("k -- CC=clang -j9", "k -j4 --jobserver-auth=100,101 -- CC=clang -j9")]
    [InlineData("-- CC=clang", " -j4 --jobserver-auth=100,101 -- CC=clang")]
    public void What_the_build_has_in_it_stays(string given, string expected) => Assert.Equal(expected, MakeFlags.With(given, 4, "100,101"));

    [Theory]
    [InlineData("/usr/bin/make", "-j4 all", "all")]
    [InlineData("gmake", "-C sub -j 4 all", "-C sub all")]
    [InlineData("make", "-j all", "all")]
    [InlineData("make", "all --jobs=16", "all")]
    [InlineData("make", "--jobs 16 all", "all")]
    [InlineData("ninja", "-C out -j16", "-C out")]
    [InlineData("make", "-j1 all", "-j1 all")]
    [InlineData("make", "-j 1 all", "-j 1 all")]
    [InlineData("make", "-kj4 all", "-kj4 all")]
    [InlineData("tar", "-j all", "-j all")]
    public void Its_own_number_of_jobs_is_left_out_where_a_tool_would_leave_the_jobserver(string program, string arguments, string expected) =>
        Assert.Equal(expected, string.Join(' ', MakeFlags.WithoutJobs(program, [.. arguments.Split(' ')])));
}
