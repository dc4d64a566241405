using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace ParallelExec.Tests.Editors;

/// <summary>
/// An XML schema of project files, for XML editors. It says what ours is and lets everything else be: in `PropertyGroup`, `ItemGroup` and
/// `Target` stands whatever a project has, checked only where it is known here. (In XSD 1.0 an element can not be named beside a wildcard
/// that matches it too; it is found by the wildcard, as an element of the schema.)
/// </summary>
internal static class XmlSchemaFile
{
    public const string FileName = "ParallelExec.xsd";
    private static readonly XNamespace Xs = "http://www.w3.org/2001/XMLSchema";

    private static readonly string[] OfItems = ["Include", "Exclude", "Remove", "Update", "Condition", "Label"];

    /// <summary>Of MSBuild's own elements below `Project`, and what each is.</summary>
    private static readonly (string Name, string Description)[] OfProjects =
    [
        ("Sdk", "An SDK that comes beside the one of the project."),
        ("PropertyGroup", "Properties: each element is one."),
        ("ItemGroup", "Items: each element is one, or several."),
        ("ItemDefinitionGroup", "Metadata that items of a type have unless they say otherwise."),
        ("Target", "A target, with tasks that run one after another."),
        ("Import", "Another file, as if it stood here."),
        ("ImportGroup", "Imports with one condition."),
        ("UsingTask", "Where a task is."),
        ("Choose", "Groups of which one is taken, by conditions."),
        ("ProjectExtensions", "What MSBuild does not read."),
    ];

    public static string Write(Reference reference)
    {
        XElement schema = new(Xs + "schema",
            new XAttribute(XNamespace.Xmlns + "xs", Xs.NamespaceName),
            new XAttribute("elementFormDefault", "qualified"),
            new XComment(
                " Made of docs/surface.md and docs/test-suites.md by EditorSchemaTests. What an editor does with it: docs/editors.md. "),
            Element("Project", "A project of MSBuild.",
                new XElement(Xs + "choice", Any0, OfProjects.Select(one => new XElement(Xs + "element", new XAttribute("ref", one.Name)))),
                AnyAttribute),
            OfProjects.Select(one => Element(one.Name, one.Description, Sequence, AnyAttribute, isMixed: true)),
            reference.Items.Select(Item),
            reference.Properties.Select(property => Element(property.Name, property.Description,
                new XElement(Xs + "simpleContent", new XElement(Xs + "extension", new XAttribute("base", "xs:string"), AnyAttribute)))));
        StringBuilder text = new();
        using (XmlWriter writer = XmlWriter.Create(text, new() { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true }))
            schema.WriteTo(writer);
        return text + "\n";
    }

    private static XElement Sequence => new(Xs + "sequence",
        new XElement(Xs + "any", Any0, new XAttribute("processContents", "lax")));

    private static XElement AnyAttribute => new(Xs + "anyAttribute", new XAttribute("processContents", "lax"));

    private static XAttribute[] Any0 => [new("minOccurs", 0), new("maxOccurs", "unbounded")];

    private static XElement Item(DescribedItem item) => Element(item.Name, item.Description,
        item.Metadata.Count == 0 ? null : new XElement(Xs + "choice", Any0,
            item.Metadata.Select(one => Element(one.Name, one.Description,
                new XElement(Xs + "simpleContent", new XElement(Xs + "extension", new XAttribute("base", "xs:string"), AnyAttribute))))),
        new object[]
        {
            OfItems.Select(name =>
                new XElement(Xs + "attribute", new XAttribute("name", name), new XAttribute("type", "xs:string"))),
            item.Metadata.Select(one => new XElement(Xs + "attribute",
                new XAttribute("name", one.Name), Documented(one.Description), Type(one.Form))),
            AnyAttribute,
        });

    /// <summary>The values are proposed; others may be written: `$(…)`, and in any case.</summary>
    private static XElement Type(ValueForm form)
    {
        string[] values = form.Type == "bool" ? ["true", "false"] : form.Values;
        XElement text = new(Xs + "simpleType", new XElement(Xs + "restriction", new XAttribute("base", "xs:string"),
            values.Select(value => new XElement(Xs + "enumeration", new XAttribute("value", value)))));
        return values.Length == 0 ? text
            : new XElement(Xs + "simpleType", new XElement(Xs + "union", new XAttribute("memberTypes", "xs:string"), text));
    }

    private static XElement Element(string name, string description, object? content, object? attributes = null, bool isMixed = false) =>
        new(Xs + "element", new XAttribute("name", name), Documented(description),
            new XElement(Xs + "complexType", isMixed ? new XAttribute("mixed", true) : null, content, attributes));

    private static XElement Documented(string text) =>
        new(Xs + "annotation", new XElement(Xs + "documentation", text));
}
