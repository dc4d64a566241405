using ParallelExec.Model;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Execution.Testing;

/// <summary>A small suite of each framework, all built by one command. What a test does is said by the environment.</summary>
public sealed class RealSuites : IAsyncLifetime
{
    private const string TestSdk = """<PackageReference Include="Microsoft.NET.Test.Sdk" Version="18.11.0" />""";
    private const string Runner = "<OutputType>Exe</OutputType>";

    private static readonly (string Name, string Properties, string Packages, string Source)[] All =
    [
        ("OnXunitV2", "", TestSdk + Package("xunit", "2.9.3") + Package("xunit.runner.visualstudio", "3.1.4") + Package("coverlet.collector", "10.0.1"), Xunit()),
        ("OnXunitV3", Runner, Package("xunit.v3", "4.0.2"), Xunit()),
        ("OnXunitV3Platform", Runner + "<UseMicrosoftTestingPlatformRunner>true</UseMicrosoftTestingPlatformRunner>",
            Package("xunit.v3", "4.0.2"), Xunit()),
        ("OnNUnit", "", TestSdk + Package("NUnit", "4.6.1") + Package("NUnit3TestAdapter", "6.3.1"), NUnit()),
        ("OnNUnitRunner", Runner + "<EnableNUnitRunner>true</EnableNUnitRunner>",
            Package("NUnit", "4.6.1") + Package("NUnit3TestAdapter", "6.3.1") + Package("Microsoft.Testing.Extensions.TrxReport",
            "2.5.2"), NUnit()),
        ("OnMSTest", "", Package("MSTest", "4.5.2"), MSTest()),
        ("OnMSTestRunner", Runner + "<EnableMSTestRunner>true</EnableMSTestRunner>", Package("MSTest", "4.5.2"), MSTest()),
        ("OnTUnit", Runner, Package("TUnit", "1.81.10"), TUnit()),
    ];

    private readonly TestFolder folder = new("suites");

    /// <summary>Of the <c>dotnet</c> that runs the tests.</summary>
    internal static string Sdk { get; } =
        Directory.EnumerateDirectories(Path.Combine(Path.GetDirectoryName(RuntimeHost.DotNetPath)!, "sdk"))
        .OrderBy(path => Version.TryParse(Path.GetFileName(path).Split('-')[0], out Version? version) ? version : new Version()).Last();

    public async ValueTask InitializeAsync()
    {
        folder.WallOff();
        // The user's own sources: here packages are needed.
        folder.Delete("nuget.config");
        foreach ((string name, string properties, string packages, string source) in All)
        {
            folder.Write($"{name}/{name}.csproj", $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><IsTestProject>true</IsTestProject>
                    <NuGetAudit>false</NuGetAudit><RunAnalyzers>false</RunAnalyzers>{properties}
                  </PropertyGroup>
                  <ItemGroup>{packages}</ItemGroup>
                </Project>
                """);
            folder.Write($"{name}/T.cs", source);
        }
        folder.Write("All.slnx", $"<Solution>{string.Concat(All.Select(one => $"<Project Path=\"{one.Name}/{one.Name}.csproj\" />"))}</Solution>");
        BuildRun run = await new DotNet(folder) { Timeout = Patience.ForAFixture }.RunAsync("build", "All.slnx", "-m", "-v:q");
        run.EnsureSucceeded();
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    internal TestWork Work(string suite) => new(
        suite,
        folder.Combine(suite, $"{suite}.csproj"),
        folder.Combine(suite, "bin", "Debug", "net10.0", $"{suite}.dll"),
        "net10.0",
        suite is "OnXunitV2" or "OnNUnit" or "OnMSTest" ? TestPlatform.VSTest : TestPlatform.TestingPlatform);

    internal string Folder(string suite) => folder.Combine(suite);

    internal string Source(string suite) => folder.Combine(suite, "T.cs");

    internal int LineOf(string suite, string text) =>
        folder.ReadLines($"{suite}/T.cs").TakeWhile(line => !line.Contains(text, StringComparison.Ordinal)).Count() + 1;

    private static string Package(string name, string version) => $"<PackageReference Include=\"{name}\" Version=\"{version}\" />";

    /// <summary>What each suite has: a test that fails the first time where FLAKY names a file, and one that dies or hangs when it is told to.</summary>
    private static string Source(string usings, string test, string fails, string rows, string skip, string fixture, string rest) => $$"""
        {{usings}}
        namespace My.Space;
        public static class Acts
        {
            public static void Once()
            {
                if (Environment.GetEnvironmentVariable("FLAKY") is not { } file || File.Exists(file)) return;
                File.WriteAllText(file, "");
                throw new Exception("the first time");
            }
            public static void Ends()
            {
                if (Environment.GetEnvironmentVariable("CRASH") is not null) Environment.FailFast("boom");
                if (Environment.GetEnvironmentVariable("KILL") is not null) System.Diagnostics.Process.GetCurrentProcess().Kill();
                if (Environment.GetEnvironmentVariable("HANG") is not null) new ManualResetEvent(false).WaitOne();
            }
        }
        {{fixture}}public class A
        {
            {{test}} public void Passes() => Acts.Once();
            {{fails}}
            {{rows}}
            {{skip}}
            {{fixture}}public class Nested { {{test}} public void N() { } }
        }
        {{fixture}}public class AB { {{test}} public void InAB() => Acts.Ends(); }
        {{rest}}
        """;

    private static string Xunit() => Source(
        "using Xunit;",
        "[Fact]",
        "[Fact] public void Fails() => Assert.Equal(1, 2);",
        """[Theory, InlineData("a|b&(c)"), InlineData("x\"y"), InlineData("ü\u0001"), InlineData("a\\,b")] public void T(string s) => Assert.NotEqual("x\"y", s);""",
        """[Fact(Skip = "later")] public void S() { }""",
        "",
        """
        public abstract class Base<X> { [Fact] public void Inherited() { } }
        public class GenericInt : Base<int> { }
        public class GenericMap : Base<Dictionary<string, int>> { public class Deep { [Fact] public void D() { } } }
        public class Rows
        {
            public static IEnumerable<object[]> Same => [[1], [1]];
            [Theory, MemberData(nameof(Same))] public void Twice(int i) { }
        }
        """);

    private static string NUnit() => Source(
        "using NUnit.Framework;",
        "[Test]",
        "[Test] public void Fails() => Assert.That(1, Is.EqualTo(2));",
        """[TestCase("a|b&(c)"), TestCase("x\"y"), TestCase("a\\,b")] public void T(string s) { }""",
        """[Test, Ignore("later")] public void S() { }""",
        "",
        """
        [TestFixture(typeof(int)), TestFixture(typeof(string))] public class G<X> { [Test] public void InG() { } }
        [TestFixture("a,b"), TestFixture("(x)")] public class P(string s) { [Test] public void InP() { _ = s; } }
        """);

    private static string MSTest() => Source(
        "using Microsoft.VisualStudio.TestTools.UnitTesting;\n[assembly: DoNotParallelize]",
        "[TestMethod]",
        "[TestMethod] public void Fails() => Assert.AreEqual(1, 2);",
        """[TestMethod, DataRow("a|b&(c)"), DataRow("x\"y")] public void T(string s) { }""",
        """[TestMethod, Ignore("later")] public void S() { }""",
        "[TestClass] ",
        """
        public abstract class Base<X> { [TestMethod] public void Inherited() { } }
        [TestClass] public class GenericInt : Base<int> { }
        [TestClass] public class GenericText : Base<string> { }
        """);

    private static string TUnit() => Source(
        "",
        "[Test]",
        "[Test] public async Task Fails() => await Assert.That(1).IsEqualTo(2); // void Fails",
        """[Test, Arguments("a|b&(c)"), Arguments("x\"y")] public void T(string s) { }""",
        """[Test, Skip("later")] public void S() { }""",
        "",
        "");
}
