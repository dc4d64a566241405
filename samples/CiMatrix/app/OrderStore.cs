using System.Text.Json;

namespace Orders;

internal sealed record Order(int Id, decimal Euros);

/// <summary>A store in one file. Whoever has it open has it alone; a second one is turned away, it does not wait.</summary>
internal sealed class OrderStore : IDisposable
{
    private readonly FileStream _file;

    private OrderStore(FileStream file) => _file = file;

    /// <summary>A new store with three orders; returns its full path, which is what <see cref="Open"/> takes.</summary>
    public static string Create(string file)
    {
        string path = Path.GetFullPath(file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Order[] orders = [new(1, 12.50m), new(2, 99.90m), new(3, 7.60m)];
        File.WriteAllText(path, JsonSerializer.Serialize(orders));
        return path;
    }

    public static OrderStore Open(string path) => new(new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None));

    public IReadOnlyList<Order> Read()
    {
        _file.Position = 0;
        return JsonSerializer.Deserialize<List<Order>>(_file) ?? [];
    }

    public void Write(IReadOnlyList<Order> orders)
    {
        _file.SetLength(0);
        JsonSerializer.Serialize(_file, orders);
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();
}
