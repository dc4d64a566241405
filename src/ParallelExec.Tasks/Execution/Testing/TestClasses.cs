using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ParallelExec.Execution.Testing;

/// <summary>The classes of an assembly that can have tests, read from its metadata: nothing of it is loaded.</summary>
internal static class TestClasses
{
    /// <param name="version">Of the assembly: another one where anything in it has changed.</param>
    /// <returns>Name and number of methods with an attribute; a generic class as it is written, <c>N.C`1</c>.</returns>
    public static ImmutableArray<(string Name, int Methods)> In(string assembly, out string version)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        MetadataReader reader = file.GetMetadataReader();
        version = reader.GetGuid(reader.GetModuleDefinition().Mvid).ToString("N");
        var classes = ImmutableArray.CreateBuilder<(string, int)>();
        foreach (TypeDefinitionHandle handle in reader.TypeDefinitions)
        {
            TypeDefinition type = reader.GetTypeDefinition(handle);
            if ((type.Attributes & (TypeAttributes.Abstract | TypeAttributes.Interface)) != 0)
                continue;
            int methods = Methods(reader, handle);
            // What the compiler makes has names that no test class can have.
            if (methods > 0 && FullName(reader, type) is var name && !name.Contains('<', StringComparison.Ordinal))
                classes.Add((name, methods));
        }
        classes.Sort((one, other) => string.CompareOrdinal(one.Item1, other.Item1));
        return classes.ToImmutable();
    }

    // With those of its base classes, as far as they are in the assembly.
    private static int Methods(MetadataReader reader, TypeDefinitionHandle handle)
    {
        int count = 0;
        for (TypeDefinitionHandle? at = handle; at is { IsNil: false } current; at = BaseOf(reader, current))
        {
            foreach (MethodDefinitionHandle method in reader.GetTypeDefinition(current).GetMethods())
            {
                MethodDefinition definition = reader.GetMethodDefinition(method);
                bool isTest = (definition.Attributes & (MethodAttributes.SpecialName | MethodAttributes.Static)) == 0
                    && definition.GetCustomAttributes().Count > 0;
                count += isTest ? 1 : 0;
            }
        }
        return count;
    }

    private static TypeDefinitionHandle? BaseOf(MetadataReader reader, TypeDefinitionHandle handle)
    {
        EntityHandle parent = reader.GetTypeDefinition(handle).BaseType;
        if (parent.Kind == HandleKind.TypeSpecification)
        {
            BlobReader blob = reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
            // A generic one: GENERICINST CLASS type ...
            parent = blob.Length > 2 && blob.ReadByte() == (byte)SignatureTypeCode.GenericTypeInstance && blob.ReadByte() != 0
                ? blob.ReadTypeHandle() : default;
        }
        return !parent.IsNil && parent.Kind == HandleKind.TypeDefinition ? (TypeDefinitionHandle)parent : null;
    }

    private static string FullName(MetadataReader reader, TypeDefinition type)
    {
        string name = reader.GetString(type.Name);
        if (type.GetDeclaringType() is { IsNil: false } outer)
            return $"{FullName(reader, reader.GetTypeDefinition(outer))}+{name}";
        string space = reader.GetString(type.Namespace);
        return space.Length == 0 ? name : $"{space}.{name}";
    }
}
