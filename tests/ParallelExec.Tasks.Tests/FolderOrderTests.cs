using Mono.Cecil;
using Mono.Cecil.Cil;

namespace ParallelExec.Tests;

/// <summary>A folder of the task assembly, which is a namespace, uses only folders of the layers before its own; docs/architecture.md draws it.</summary>
public class FolderOrderTests
{
    private const string Root = "ParallelExec.";

    /// <summary>Folders of one layer do not use each other.</summary>
    private static readonly string[][] Layers =
    [
        ["Model"],
        ["Files"],
        ["Parsing"],
        ["Planning"],
        ["Scheduling", "Exchange"],
        ["Events", "Fingerprints", "TestResults"],
        ["State", "Agents", "Caching"],
        ["Execution", "TaskFolders"],
        ["Reporting", "Telemetry"],
        ["Composition"],
        ["Tasks"],
    ];

    [Fact]
    public void A_folder_uses_only_folders_of_the_layers_before_its_own()
    {
        Dictionary<string, int> layerOf = Layers.SelectMany((layer, number) => layer.Select(folder => (folder, number))).ToDictionary(pair => pair.folder, pair => pair.number);
        string[] wrong = [.. Uses().Where(use => layerOf[use.Used] >= layerOf[use.Folder]).Select(use => $"{use.Type} of {use.Folder} uses {use.Member} of {use.Used}").Distinct().Order(StringComparer.Ordinal)];

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_folder_has_a_layer() =>
        Assert.Equal(Layers.SelectMany(layer => layer).Order(StringComparer.Ordinal), Uses().SelectMany(use => new[] { use.Folder, use.Used }).Distinct().Order(StringComparer.Ordinal));

    private static IEnumerable<(string Folder, string Type, string Used, string Member)> Uses()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(ParallelExec.Tasks.RunParallelTasks).Assembly.Location);
        foreach (TypeDefinition type in assembly.MainModule.GetTypes())
        {
            foreach (TypeReference used in Mentioned(type).SelectMany(Parts))
            {
                if (FolderOf(type) is { } folder && used.Scope == assembly.MainModule && FolderOf(used) is { } other && other != folder)
                    yield return (folder, type.Name, other, used.Name);
            }
        }
    }

    private static IEnumerable<TypeReference> Mentioned(TypeDefinition type)
    {
        IEnumerable<TypeReference?> own = [type.BaseType, .. type.Interfaces.Select(face => face.InterfaceType), .. type.CustomAttributes.Select(attribute => attribute.AttributeType)];
        IEnumerable<TypeReference> members = type.Fields.Select(field => field.FieldType).Concat(type.Methods.SelectMany(OfMethod));
        return own.OfType<TypeReference>().Concat(members);
    }

    private static IEnumerable<TypeReference> OfMethod(MethodDefinition method)
    {
        IEnumerable<TypeReference> signature = [method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType)];
        return method.HasBody
            ? [.. signature, .. method.Body.Variables.Select(variable => variable.VariableType), .. method.Body.Instructions.SelectMany(OfInstruction)]
            : signature;
    }

    private static IEnumerable<TypeReference> OfInstruction(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod method => [method.DeclaringType, method.ReturnType, .. method.GenericArguments],
        MethodReference method => [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType)],
        _ => [],
    };

    /// <summary>A type with what it is made of: <c>List&lt;Subtask&gt;[]</c> is made of <c>List</c> and <c>Subtask</c>.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    private static string? FolderOf(TypeReference type)
    {
        while (type.DeclaringType is not null)
            type = type.DeclaringType;
        return type.Namespace.StartsWith(Root, StringComparison.Ordinal) ? type.Namespace[Root.Length..].Split('.')[0] : null;
    }
}
