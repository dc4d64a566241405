namespace ParallelExec.Parsing.Conversions;

/// <summary>What placeholders stand for in the work of one file.</summary>
/// <param name="In">The file, from the folder that is worked in.</param>
/// <param name="Out">What comes of it, from there too.</param>
/// <param name="Dir">Its folder below the fixed part of the pattern; empty where it lies in that itself.</param>
/// <param name="Name">Without extension.</param>
/// <param name="Ext">With its dot.</param>
internal sealed record ConvertedFile(string In, string Out, string Dir, string Name, string Ext)
{
    public static readonly string[] Names = ["in", "out", "dir", "name", "ext"];

    public string this[string name] => name switch
    {
        "in" => In,
        "out" => Out,
        "dir" => Dir,
        "name" => Name,
        "ext" => Ext,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no placeholder"),
    };

    /// <summary>A path from one folder to a file, which no program takes for an option.</summary>
    public static string Path(string from, string file)
    {
        string path = System.IO.Path.GetRelativePath(from, file);
        return path.StartsWith('-') ? "." + System.IO.Path.DirectorySeparatorChar + path : path;
    }
}
