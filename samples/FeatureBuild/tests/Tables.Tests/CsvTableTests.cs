using Xunit;

namespace Tables.Tests;

public sealed class CsvTableTests
{
    [Fact]
    public void The_first_line_is_the_header()
    {
        CsvTable table = CsvTable.Parse("station,datum\nDover,3.67\n");

        Assert.Equal(["station", "datum"], table.Header);
        Assert.Equal(["Dover", "3.67"], Assert.Single(table.Rows));
    }

    [Fact]
    public void A_quoted_cell_may_hold_commas_and_quotes()
    {
        CsvTable table = CsvTable.Parse("name,note\n\"Bar, outer\",\"called \"\"the step\"\"\"");

        Assert.Equal(["Bar, outer", "called \"the step\""], Assert.Single(table.Rows));
    }

    [Fact]
    public void Empty_lines_and_line_endings_do_not_matter()
    {
        CsvTable table = CsvTable.Parse("\r\na,b\r\n\r\n1,2\r\n");

        Assert.Equal(["1", "2"], Assert.Single(table.Rows));
    }

    [Fact]
    public void A_row_of_another_length_is_refused_with_its_line()
    {
        FormatException error = Assert.Throws<FormatException>(() => CsvTable.Parse("a,b\n1,2\n3"));

        Assert.Equal("Line 3 has 1 cells, the header has 2.", error.Message);
    }

    [Fact]
    public void A_quote_that_is_not_closed_is_refused() =>
        Assert.Throws<FormatException>(() => CsvTable.Parse("a,b\n\"1,2"));

    [Fact]
    public void A_table_without_a_header_is_refused() =>
        Assert.Throws<FormatException>(() => CsvTable.Parse("\n\n"));

    [Fact]
    public void Only_columns_of_numbers_are_aligned_to_the_right()
    {
        string html = CsvTable.Parse("station,metres\nDover,6.8\nBrest,-0.4").ToHtml();

        Assert.Contains("<th>station</th><th style=\"text-align: right\">metres</th>", html, StringComparison.Ordinal);
        Assert.Contains("<td>Brest</td><td style=\"text-align: right\">-0.4</td>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Cells_are_encoded()
    {
        string html = CsvTable.Parse("flag\n<--at & below>").ToHtml();

        Assert.Contains("<td>&lt;--at &amp; below&gt;</td>", html, StringComparison.Ordinal);
    }
}
