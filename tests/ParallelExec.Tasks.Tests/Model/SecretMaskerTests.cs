using System.Text;
using ParallelExec.Model;

namespace ParallelExec.Tests.Model;

public class SecretMaskerTests
{
    [Fact]
    public void There_is_no_masker_where_nothing_is_secret() => Assert.Null(SecretMasker.For(["", " \n"]));

    [Fact]
    public void Of_two_secrets_the_longer_one_is_replaced_whole() =>
        Assert.Equal("x *** y ***", SecretMasker.For(["ab", "abcd"])!.Apply("x abcd y ab"));

    [Fact]
    public void Each_line_of_a_secret_is_hidden() =>
        Assert.Equal("***, ***", SecretMasker.For(["first\nsecond"])!.Apply("second, first"));

    // Wherever the stream is cut, and also byte by byte.
    [Fact]
    public void A_secret_is_masked_however_the_stream_is_cut()
    {
        SecretMasker masker = SecretMasker.For(["geheim-ß", "ge"])!;
        byte[] text = Encoding.UTF8.GetBytes("a geheim-ß b geheim- c ge");
        for (int cut = 0; cut <= text.Length; cut++)
            Assert.Equal("a *** b ***heim- c ***", Stream(masker, text[..cut], text[cut..]));
        Assert.Equal("a *** b ***heim- c ***", Stream(masker, [.. text.Select(one => new[] { one })]));
    }

    [Fact]
    public void A_secret_with_fewer_characters_and_more_bytes_is_masked_however_the_stream_is_cut() =>
        Assert.Equal("a *** b", Stream(SecretMasker.For(["ßßßß", "abcde"])!, [.. Encoding.UTF8.GetBytes("a ßßßß b").Select(one => new[] { one })]));

    [Theory]
    [InlineData("say \"no\"", "{\"t\":\"say \\\"no\\\"\"}")]
    [InlineData("a\\b", "{\"t\":\"a\\\\b\"}")]
    [InlineData("<ä>", "{\"t\":\"\\u003C\\u00E4\\u003E\"}")]
    public void What_JSON_makes_of_a_secret_is_masked_too(string secret, string json) =>
        Assert.Equal("{\"t\":\"***\"}", SecretMasker.For([secret])!.Apply(json));

    private static string Stream(SecretMasker masker, params byte[][] parts)
    {
        using var target = new MemoryStream();
        byte[] held = [];
        for (int i = 0; i < parts.Length; i++)
        {
            held = [.. held, .. parts[i]];
            held = held[masker.Write(held, isEnd: i == parts.Length - 1, target)..];
        }
        Assert.Empty(held);
        return Encoding.UTF8.GetString(target.ToArray());
    }
}
