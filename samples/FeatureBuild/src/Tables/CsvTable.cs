using System.Globalization;
using System.Net;
using System.Text;

namespace Tables;

/// <summary>A table written as comma-separated values, the first line being its header.</summary>
public sealed class CsvTable
{
    private CsvTable(IReadOnlyList<string> header, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        Header = header;
        Rows = rows;
    }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Header { get; }

    /// <summary>The rows below the header, each as long as the header.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows { get; }

    /// <summary>Reads a table; empty lines are left out.</summary>
    /// <exception cref="FormatException">There is no header, a quote is not closed, or a row is longer or shorter than the header.</exception>
    public static CsvTable Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);

        List<string>? header = null;
        List<IReadOnlyList<string>> rows = [];
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.IsWhiteSpace())
            {
                continue;
            }

            List<string> cells = ParseLine(line, number);
            if (header is null)
            {
                header = cells;
            }
            else if (cells.Count != header.Count)
            {
                throw new FormatException($"Line {number} has {cells.Count} cells, the header has {header.Count}.");
            }
            else
            {
                rows.Add(cells);
            }
        }

        return new CsvTable(header ?? throw new FormatException("The table has no header."), rows);
    }

    /// <summary>The table as HTML; columns that hold nothing but numbers are aligned to the right.</summary>
    public string ToHtml()
    {
        bool[] numeric = [.. Enumerable.Range(0, Header.Count).Select(IsNumeric)];
        StringBuilder html = new("<table>\n");
        AppendRow(html, "th", Header, numeric);
        foreach (IReadOnlyList<string> row in Rows)
        {
            AppendRow(html, "td", row, numeric);
        }

        return html.Append("</table>").ToString();
    }

    private static List<string> ParseLine(ReadOnlySpan<char> line, int number)
    {
        List<string> cells = [];
        StringBuilder cell = new();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                cell.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                cells.Add(cell.ToString().Trim());
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        if (quoted)
        {
            throw new FormatException($"Line {number} has a quote that is not closed.");
        }

        cells.Add(cell.ToString().Trim());
        return cells;
    }

    private static void AppendRow(StringBuilder html, string element, IReadOnlyList<string> cells, bool[] numeric)
    {
        html.Append("<tr>");
        for (int column = 0; column < cells.Count; column++)
        {
            string alignment = numeric[column] ? " style=\"text-align: right\"" : "";
            html.Append($"<{element}{alignment}>{WebUtility.HtmlEncode(cells[column])}</{element}>");
        }

        html.Append("</tr>\n");
    }

    private bool IsNumeric(int column) =>
        Rows.Count > 0 && Rows.All(row => decimal.TryParse(row[column], NumberStyles.Number, CultureInfo.InvariantCulture, out _));
}
