using ParallelExec.Parsing;

namespace ParallelExec.Tests.Parsing;

public class ValuesTests
{
    [Theory]
    [InlineData("90s", 90_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("00:05:00", 300_000)]
    [InlineData("1.00:00:00", 86_400_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1500)]
    [InlineData("1m500ms", 60_500)]
    [InlineData(" 2d ", 172_800_000)]
    public void A_duration_has_units_or_colons(string text, double milliseconds) =>
        Assert.Equal(milliseconds, Values.Duration(text)?.TotalMilliseconds);

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-5s")]
    [InlineData("5 minutes")]
    [InlineData("5s5m")]
    [InlineData("99:99:99")]
    [InlineData("9999d")]
    public void What_is_no_duration_is_refused(string text) => Assert.Null(Values.Duration(text));

    [Theory]
    [InlineData("2g", 2147483648L)]
    [InlineData("1.5G", 1610612736L)]
    [InlineData("512 m", 536870912L)]
    [InlineData("2GiB", 2147483648L)]
    [InlineData("2GB", 2000000000L)]
    [InlineData("64k", 65536L)]
    [InlineData("1t", 1099511627776L)]
    [InlineData("2", null)]
    [InlineData("0g", null)]
    [InlineData("-1g", null)]
    [InlineData("g", null)]
    [InlineData("2p", null)]
    [InlineData("999999999999t", null)]
    [InlineData("2 giga", null)]
    public void Memory_has_a_unit(string text, long? expected) => Assert.Equal(expected, Values.Memory(text));

    [Theory]
    [InlineData("true", true)]
    [InlineData(" FALSE ", false)]
    [InlineData("on", true)]
    [InlineData("No", false)]
    [InlineData("1", null)]
    public void A_boolean_is_one_of_MSBuilds(string text, bool? expected) => Assert.Equal(expected, Values.Boolean(text));

    [Theory]
    [InlineData("0", 0, 0)]
    [InlineData("12", 1, 12)]
    [InlineData("0", 1, null)]
    [InlineData("-1", 0, null)]
    [InlineData("1.5", 0, null)]
    [InlineData("99999999999", 0, null)]
    public void A_whole_number_has_a_least_value(string text, int least, int? expected) =>
        Assert.Equal(expected, Values.WholeNumber(text, least));

    [Theory]
    [InlineData("Eager", true)]
    [InlineData("eager", true)]
    [InlineData("1", false)]
    [InlineData("Eagerly", false)]
    public void A_choice_is_named_in_any_case_but_not_numbered(string text, bool known) =>
        Assert.Equal(known, Values.OneOf<ParallelExec.Model.ScheduleMode>(text) is not null);

    [Theory]
    [InlineData("a", true)]
    [InlineData("a/b:c", true)]
    [InlineData("..x", true)]
    [InlineData("Größe-1_2.3", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a*", false)]
    [InlineData("a,b", false)]
    public void An_id_is_made_of_letters_digits_and_five_signs(string id, bool valid) => Assert.Equal(valid, Values.IsId(id));

    [Fact]
    public void An_id_has_200_characters_at_most()
    {
        Assert.True(Values.IsId(new string('a', 200)));
        Assert.False(Values.IsId(new string('a', 201)));
    }

    [Theory]
    [InlineData("convert-*", "convert-a", true)]
    [InlineData("convert-*", "CONVERT-", true)]
    [InlineData("*", "anything", true)]
    [InlineData("a.c", "abc", false)]
    [InlineData("*-end", "x-end-y", false)]
    public void A_wildcard_spans_the_whole_id(string pattern, string id, bool match) =>
        Assert.Equal(match, Values.Wildcard(pattern).IsMatch(id));

    [Theory]
    [InlineData("A=1", "A", "1")]
    [InlineData("A=b=c", "A", "b=c")]
    [InlineData("A=", "A", "")]
    public void An_assignment_ends_its_name_at_the_first_equals_sign(string text, string name, string value) =>
        Assert.Equal(new KeyValuePair<string, string>(name, value), Values.Assignment(text));

    [Theory]
    [InlineData("A")]
    [InlineData("=1")]
    public void An_assignment_needs_a_name_and_an_equals_sign(string text) => Assert.Null(Values.Assignment(text));

    [Theory]
    [InlineData("DependOn", "DependsOn")]
    [InlineData("TimeOut", "Timeout")]
    [InlineData("Comand", "Command")]
    [InlineData("Tpol", "Tool")]
    [InlineData("Owner", null)]
    [InlineData("Cmd", null)]
    public void A_slip_in_a_name_suggests_the_name_that_was_meant(string typed, string? meant) =>
        Assert.Equal(meant, Suggestion.Nearest(typed, Names.Metadata));

    [Fact]
    public void A_semicolon_that_is_escaped_does_not_separate()
    {
        MetadataValue value = MetadataValue.FromEscaped("a%3Bb c; \"q\" ;%24HOME;;%25");
        Assert.Equal(["a;b c", "\"q\"", "$HOME", "%"], value.List.ToArray());
        Assert.Equal("a;b c; \"q\" ;$HOME;;%", value.Text);
    }
}
