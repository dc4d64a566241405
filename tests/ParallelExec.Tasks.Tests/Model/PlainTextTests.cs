using ParallelExec.Model;

namespace ParallelExec.Tests.Model;

public class PlainTextTests
{
    [Theory]
    [InlineData("plain ü 😀 \ttab\nline", "plain ü 😀 \ttab\nline")]
    [InlineData("\e[31mred\e[0m", "\uFFFD[31mred\uFFFD[0m")]
    [InlineData("bell\a nul\0 c1\u009b over\rwritten\b", "bell\uFFFD nul\uFFFD c1\uFFFD over\uFFFDwritten\uFFFD")]
    [InlineData("a\r\nb", "a\nb")]
    [InlineData("::error::stays where no CI reads it ##vso[x]", "::error::stays where no CI reads it ##vso[x]")]
    public void Control_characters_do_not_reach_a_terminal(string text, string shown) => Assert.Equal(shown, PlainText.Of(text, ci: false));

    [Fact]
    public void Half_a_character_is_replaced() => Assert.Equal("a\uFFFDb\uFFFD", PlainText.Of("a" + (char)0xD83D + "b" + (char)0xDE00, ci: false));

    [Theory]
    [InlineData("::set-output name=a::b", ": :set-output name=a::b")]
    [InlineData("fine\n    ::error file=a::b\n::stop-commands::x", "fine\n    : :error file=a::b\n: :stop-commands::x")]
    [InlineData("std::vector a::b", "std::vector a::b")]
    [InlineData("##[set-env name=A]b", "## [set-env name=A]b")]
    [InlineData("text ##vso[task.setvariable variable=A]b ##VSO[x]", "text ## vso[task.setvariable variable=A]b ## VSO[x]")]
    [InlineData("##teamcity[buildStatus status='FAILURE']", "## teamcity[buildStatus status='FAILURE']")]
    [InlineData("## heading", "## heading")]
    [InlineData("\e[0Ksection_start:1:a\r\e[0Ktitle", "\uFFFD[0Ksection_start:1:a\uFFFD\uFFFD[0Ktitle")]
    public void Commands_to_a_CI_are_not_obeyed_where_one_reads_the_log(string text, string shown) => Assert.Equal(shown, PlainText.Of(text, ci: true));

    [Theory]
    [InlineData("GITHUB_ACTIONS", "true", true)]
    [InlineData("TF_BUILD", "True", true)]
    [InlineData("GITLAB_CI", "true", true)]
    [InlineData("TEAMCITY_VERSION", "2025.1", true)]
    [InlineData("GITHUB_ACTIONS", "false", false)]
    [InlineData("HOME", "/root", false)]
    public void A_CI_is_found_from_the_environment(string name, string value, bool found) =>
        Assert.Equal(found, PlainText.IsReadByCi(variable => variable == name ? value : null));

    [Theory]
    [InlineData("utf-8", "LANG", "en_US.UTF-8", false)]
    [InlineData("utf-8", "LANG", "", false)]
    [InlineData("utf-8", "LANG", "C", true)]
    [InlineData("utf-8", "LC_ALL", "POSIX", true)]
    [InlineData("iso-8859-1", "LANG", "en_US", true)]
    [InlineData("us-ascii", "LANG", "", true)]
    public void A_console_that_knows_only_ASCII_is_found(string encoding, string name, string value, bool only) =>
        Assert.Equal(only, PlainText.IsAsciiOnly(System.Text.Encoding.GetEncoding(encoding), asked => asked == name ? value : null));
}
