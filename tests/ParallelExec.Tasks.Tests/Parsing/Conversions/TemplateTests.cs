using ParallelExec.Parsing.Conversions;

namespace ParallelExec.Tests.Parsing.Conversions;

public class TemplateTests
{
    private static readonly ConvertedFile File = new("docs/it's a $file.md", "out/x.html", "sub", "it's a $file", ".md");

    [Theory]
    [InlineData("cat {in} > {out}", @"cat 'docs/it'\''s a $file.md' > out/x.html")]
    [InlineData("cat \"{in}\" {dir}", "cat \"docs/it's a \\$file.md\" sub")]
    [InlineData("cat '{in}'", @"cat 'docs/it'\''s a $file.md'")]
    [InlineData("echo \\\" {name}", @"echo \"" 'it'\''s a $file'")]
    [InlineData("x={name}{ext} y={name}.{ext}", @"x='it'\''s a $file'.md y='it'\''s a $file'.md")]
    [InlineData("awk '{{print}}' ${HOME} {in", "awk '{print}' ${HOME} {in")]
    public void A_placeholder_is_one_text_for_a_POSIX_shell_whatever_stands_in_it(string text, string expected) =>
        Assert.Equal(expected, Fill(text, ShellQuoting.Of("bash", isWindows: true)));

    [Theory]
    [InlineData("copy {in} {out}", "copy \"docs\\100%%.md\" out/x.html")]
    [InlineData("copy \"{in}\"", "copy \"docs\\100%%.md\"")]
    public void For_cmd_a_percent_sign_is_doubled_and_quotes_stand_around(string text, string expected) =>
        Assert.Equal(expected, Fill(text, ShellQuoting.Of(null, isWindows: true), File with { In = @"docs\100%.md" }));

    [Theory]
    [InlineData("cat {in}", "cat 'docs/it''s a $file.md'")]
    [InlineData("cat \"{in}\"", "cat \"docs/it's a `$file.md\"")]
    public void For_PowerShell_it_is_quoted_as_that_reads_it(string text, string expected) =>
        Assert.Equal(expected, Fill(text, ShellQuoting.Of("/usr/bin/pwsh", isWindows: false)));

    [Fact]
    public void What_no_shell_reads_is_not_quoted() => Assert.Equal("--in=docs/it's a $file.md", Fill("--in={in}", null));

    [Fact]
    public void What_is_no_placeholder_is_told()
    {
        Template.Parse("{inn} {OUT} {in}", null, out IReadOnlyList<string> unknown);
        Assert.Equal(["inn", "OUT"], unknown);
    }

    private static string Fill(string text, ShellQuoting? quoting, ConvertedFile? file = null)
    {
        var template = Template.Parse(text, quoting, out IReadOnlyList<string> unknown);
        Assert.Empty(unknown);
        return template.Fill(file ?? File);
    }
}
