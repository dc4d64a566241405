using ParallelExec.Parsing;

namespace ParallelExec.Tests.Parsing;

public class AskedTargetsTests
{
    [Theory]
    [InlineData("/usr/bin/dotnet build -t:PlanParallelTasks", "PlanParallelTasks")]
    [InlineData("dotnet msbuild a.proj /t:A;B -p:X=Y --target:C", "A B C")]
    [InlineData("dotnet build \"-t:PlanParallelTasks;ShowParallelTasks\" x", "PlanParallelTasks ShowParallelTasks")]
    [InlineData("dotnet build -target:\"A\"", "A")]
    [InlineData("dotnet build -p:A=-t:B -tl:off -terminalLogger:auto", "")]
    [InlineData("dotnet build @args.rsp", "")]
    public void Targets_are_read_off_the_command_line(string commandLine, string targets) =>
        Assert.Equal(targets, string.Join(' ', AskedTargets.Of(commandLine)));

    [Theory]
    [InlineData("dotnet build", true)]
    [InlineData("dotnet build -t:RunParallelTasks", true)]
    [InlineData("dotnet build -t:PlanParallelTasks;Build", true)]
    [InlineData("dotnet build -t:planparalleltasks", false)]
    [InlineData("dotnet build -t:ValidateParallelTasks;PlanParallelTasks", false)]
    public void Nothing_is_restored_for_targets_that_build_nothing(string commandLine, bool builds) =>
        Assert.Equal(builds, AskedTargets.BuildSomething(AskedTargets.Of(commandLine)));
}
