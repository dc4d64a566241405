using System.Text;
using System.Text.Json;
using ParallelExec.Model;
using ParallelExec.Parsing.TaskFolders;

namespace ParallelExec.Tests.Parsing.TaskFolders;

public class JsonFileTests
{
    [Fact]
    public void Only_the_fields_that_change_are_changed_byte_for_byte()
    {
        const string text = "\uFEFF{\r\n\t// a remark\r\n\t\"status\" :  \"pending\",   \"own\": {\"status\": [1.0, 1e3, ]},\r\n\t\"at\": null, /* x */\r\n}\r\n\r\n";
        Assert.Equal(
            "\uFEFF{\r\n\t// a remark\r\n\t\"status\" :  \"done\",   \"own\": {\"status\": [1.0, 1e3, ]},\r\n\t\"at\": 7,\r\n\t\"new\": null, /* x */\r\n}\r\n\r\n",
            With(text, Text("status", "done"), ("at", null, 7), ("new", null, null)));
    }

    [Theory]
    [InlineData("{}", "{\"a\": \"x\"}")]
    [InlineData("{ \"b\": 1 }", "{ \"b\": 1, \"a\": \"x\" }")]
    [InlineData("{\n  \"b\": 1\n}", "{\n  \"b\": 1,\n  \"a\": \"x\"\n}")]
    [InlineData("{\"b\": {\n  \"c\": 1\n}}", "{\"b\": {\n  \"c\": 1\n}, \"a\": \"x\"}")]
    public void A_field_that_is_not_there_is_added_at_the_end_in_the_style_of_the_file(string before, string after) =>
        Assert.Equal(after, With(before, Text("a", "x")));

    [Fact]
    public void Of_a_key_that_stands_twice_the_last_counts_and_is_changed()
    {
        const string text = "{\"a\": 1, \"a\": 2}";
        JsonFile file = Parse(text);
        Assert.Equal("2", file.Root["a"]!.Text);
        Assert.Equal("a", Assert.Single(file.Duplicates).Name);
        Assert.Equal("{\"a\": 1, \"a\": 3}", With(text, ("a", null, 3)));
    }

    [Fact]
    public void Texts_are_written_so_that_they_come_back()
    {
        string changed = With("{\"a\": 1}", Text("a", "\"quoted\" \\ ü\n<b>"));
        Assert.Equal("\"quoted\" \\ ü\n<b>", JsonDocument.Parse(changed).RootElement.GetProperty("a").GetString());
    }

    [Fact]
    public void Places_are_lines_and_characters_from_1()
    {
        JsonFile file = Parse("\uFEFF{\n  \"ü\": 1, \"a\": 2}");
        JsonMember member = file.Root.Members[1];
        Assert.Equal(new SourceLocation("x.json", 2, 11), file.Locate(member.Start));
        Assert.Equal(new SourceLocation("x.json", 1, 1), file.Locate(file.Root.Start));
    }

    [Theory]
    [InlineData("{\n  \"a\": 1\n  \"b\": 2\n}", 2)]
    [InlineData("[]", 0)]
    [InlineData("", 0)]
    [InlineData("{\"a\": 1} x", 0)]
    public void What_is_no_object_is_refused_with_its_line(string text, int line) =>
        Assert.Equal(line, Assert.ThrowsAny<JsonException>(() => Parse(text)).LineNumber);

    private static JsonFile Parse(string text) => JsonFile.Parse("x.json", Encoding.UTF8.GetBytes(text));

    private static string With(string text, params (string, JsonEncodedText?, long?)[] fields) => Encoding.UTF8.GetString(Parse(text).With(fields));

    private static (string, JsonEncodedText?, long?) Text(string name, string text) => (name, JsonEncodedText.Encode(text), null);
}
