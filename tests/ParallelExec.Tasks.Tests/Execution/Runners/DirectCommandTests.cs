using ParallelExec.Execution.Runners;

namespace ParallelExec.Tests.Execution.Runners;

/// <summary>Which command lines need no shell.</summary>
public sealed class DirectCommandTests
{
    [Theory]
    [InlineData("dotnet build", "dotnet|build")]
    [InlineData("  npx\teslint  . \r\n", "npx|eslint|.")]
    [InlineData("./tools/gen.sh --out=a,b:c @file +x 50%", "./tools/gen.sh|--out=a,b:c|@file|+x|50%")]
    [InlineData("sleep 1", "sleep|1")]
    public void Words_alone(string commandLine, string words) => Assert.Equal(words, string.Join('|', DirectCommand.Words(commandLine)!.Value));

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("a && b")]
    [InlineData("a; b")]
    [InlineData("a | b")]
    [InlineData("a > f")]
    [InlineData("a &")]
    [InlineData("a\nb")]
    [InlineData("a $HOME")]
    [InlineData("a `b`")]
    [InlineData("a 'b'")]
    [InlineData("a \"b\"")]
    [InlineData("a \\b")]
    [InlineData("a *.c")]
    [InlineData("a b?c")]
    [InlineData("a [b]")]
    [InlineData("a {b,c}")]
    [InlineData("a ~/b")]
    [InlineData("a # b")]
    [InlineData("! a")]
    [InlineData("a ^b")]
    [InlineData("(a)")]
    [InlineData("A=b c")]
    [InlineData("%1")]
    [InlineData("ü")]
    [InlineData("a \0")]
    public void Anything_that_a_shell_reads_goes_to_it(string commandLine) => Assert.Null(DirectCommand.Words(commandLine));

    [Theory]
    [InlineData("cd x")]
    [InlineData("exit 3")]
    [InlineData("echo a")]
    [InlineData("test -f x")]
    [InlineData("exec a")]
    [InlineData("export A")]
    [InlineData(": a")]
    [InlineData(". a")]
    [InlineData("ulimit -n 5")]
    [InlineData("time a")]
    [InlineData("if")]
    [InlineData("true")]
    [InlineData("pwd")]
    public void Anything_that_a_shell_does_itself_goes_to_it(string commandLine) => Assert.Null(DirectCommand.Words(commandLine));

    [Fact]
    public void Functions_of_bash_are_seen()
    {
        Assert.True(DirectCommand.HasFunctions(new Dictionary<string, string> { ["BASH_FUNC_ls%%"] = "() { :; }" }));
        Assert.False(DirectCommand.HasFunctions(new Dictionary<string, string> { ["BASH_ENV"] = "" }));
    }
}
