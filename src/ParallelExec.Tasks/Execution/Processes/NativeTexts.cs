using System.Runtime.InteropServices;
using System.Text;

namespace ParallelExec.Execution.Processes;

/// <summary>
/// Texts as C has them: a list of pointers that ends with null, and what they point to, in one block. The marshaller of the framework
/// takes a block for each text, and is compiled anew at each start.
/// </summary>
internal readonly unsafe ref struct NativeTexts
{
    public NativeTexts(List<string> texts)
    {
        int pointers = (texts.Count + 1) * sizeof(byte*), size = pointers;
        foreach (string text in texts)
            size = checked(size + Encoding.UTF8.GetByteCount(text) + 1);
        Pointers = (byte**)NativeMemory.Alloc((nuint)size);
        byte* next = (byte*)Pointers + pointers, end = (byte*)Pointers + size;
        for (int i = 0; i < texts.Count; i++)
        {
            Pointers[i] = next;
            next += Encoding.UTF8.GetBytes(texts[i], new Span<byte>(next, (int)(end - next)));
            *next++ = 0;
        }
        Pointers[texts.Count] = null;
    }

    public byte** Pointers { get; }

    public void Dispose() => NativeMemory.Free(Pointers);
}
