using System.Globalization;
using System.Text;
using System.Xml;

namespace ParallelExec.TestResults;

/// <summary>Text of tests can hold what XML can not: it is shown as <c>\x01</c>, as the test platform does.</summary>
internal static class XmlText
{
    public static string Of(string text)
    {
        int first = 0;
        while (first < text.Length && XmlConvert.IsXmlChar(text[first]))
            first++;
        if (first == text.Length)
            return text;
        var all = new StringBuilder(text.Length + 8).Append(text, 0, first);
        for (int at = first; at < text.Length; at++)
        {
            char c = text[at];
            if (XmlConvert.IsXmlChar(c))
                all.Append(c);
            else if (at + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[at + 1], c))
                all.Append(c).Append(text[++at]);
            else
                all.Append(c < 256 ? "\\x" : "\\u").Append(((int)c).ToString(c < 256 ? "x2" : "x4", CultureInfo.InvariantCulture));
        }
        return all.ToString();
    }
}
