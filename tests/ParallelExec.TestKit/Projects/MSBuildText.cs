using System.Globalization;
using System.Text;

namespace ParallelExec.TestKit;

public static class MSBuildText
{
    // Not only what MSBuild expands: on Unix it turns '\' into '/' in metadata that look like a path.
    private const string Special = "%*?@$();'\\";

    /// <summary>Text that MSBuild gives back exactly: its special characters as %xx.</summary>
    public static string Escape(string text)
    {
        StringBuilder escaped = new(text.Length);
        foreach (char each in text)
            if (Special.Contains(each))
                escaped.Append(CultureInfo.InvariantCulture, $"%{(int)each:x2}");
            else
                escaped.Append(each);
        return escaped.ToString();
    }
}
