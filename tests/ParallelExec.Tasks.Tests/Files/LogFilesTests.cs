using ParallelExec.Files;

namespace ParallelExec.Tests.Files;

public class LogFilesTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("a_b_c")]
    [InlineData("Unit-1.2")]
    public void A_safe_id_is_its_own_name(string id) => Assert.Equal(id, LogFiles.SafeName(id));

    [Theory]
    [InlineData("a/b:c")]
    [InlineData("CON")]
    [InlineData("nul.txt")]
    [InlineData("com1")]
    [InlineData("..x")]
    [InlineData("..")]
    [InlineData("../../etc")]
    [InlineData("end.")]
    [InlineData("Größe")]
    public void An_id_that_is_unsafe_somewhere_gets_a_name_that_is_safe_everywhere(string id) =>
        Assert.Matches("^[A-Za-z0-9_-][A-Za-z0-9._-]*~[0-9a-f]{16}$|^~[0-9a-f]{16}$", LogFiles.SafeName(id));

    [Fact]
    public void Different_ids_never_share_a_name_on_a_file_system_that_ignores_case()
    {
        string[] ids = ["a/b:c", "a_b_c", "a:b/c", "a:b:c", "..x", "x", ".x", "CON", "con1", "CON_", new string('a', 200), new string('a', 199), new string('a', 80)];
        Assert.Equal(ids.Length, ids.Select(LogFiles.SafeName).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void A_name_is_short_enough_for_every_file_system() => Assert.InRange(LogFiles.SafeName(new string('ä', 200)).Length, 1, 100);
}
