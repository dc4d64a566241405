using Microsoft.Build.Construction;
using Microsoft.Build.Evaluation;

// The namespace, the names and the parameters are those of the package MSBuild.ProjectCreation.
// To use the package instead, delete this file and reference it: everything else compiles unchanged.
namespace Microsoft.Build.Utilities.ProjectCreation;

/// <summary>Writes a project file, element after element, in the order of the calls.</summary>
public sealed class ProjectCreator
{
    private ProjectTargetElement? lastTarget;

    private ProjectCreator(ProjectRootElement root) => RootElement = root;

    public ProjectRootElement RootElement { get; }

    public string FullPath => RootElement.FullPath;

    public string Xml => RootElement.RawXml;

    public static ProjectCreator Create(string? path = null, string? defaultTargets = null, string? initialTargets = null, string? sdk = null)
    {
        // A collection of its own: the shared one would hand a second test the first one's project for an equal path.
        ProjectRootElement root = ProjectRootElement.Create(new ProjectCollection(), NewProjectFileOptions.None);
        if (path is not null)
            root.FullPath = path;
        root.DefaultTargets = defaultTargets ?? "";
        root.InitialTargets = initialTargets ?? "";
        if (sdk is not null)
            root.Sdk = sdk;
        return new ProjectCreator(root);
    }

    public ProjectCreator Property(string name, string? unevaluatedValue, string? condition = null, bool setIfEmpty = false)
    {
        if (unevaluatedValue is null)
            return this;
        ProjectPropertyElement property = Last(RootElement.CreatePropertyGroupElement).AddProperty(name, unevaluatedValue);
        property.Condition = setIfEmpty ? $" '$({name})' == '' " : condition ?? "";
        return this;
    }

    public ProjectCreator ItemInclude(string itemType, string? include, string? exclude = null,
        IDictionary<string, string?>? metadata = null, string? condition = null)
    {
        if (include is null)
            return this;
        ProjectItemElement item = RootElement.CreateItemElement(itemType, include);
        Last(RootElement.CreateItemGroupElement).AppendChild(item);
        item.Exclude = exclude ?? "";
        item.Condition = condition ?? "";
        foreach ((string name, string? value) in metadata ?? new Dictionary<string, string?>())
            if (value is not null)
                item.AddMetadata(name, value);
        return this;
    }

    public ProjectCreator Target(string name, string? condition = null, string? afterTargets = null, string? beforeTargets = null,
        string? dependsOnTargets = null, string? inputs = null, string? outputs = null, string? returns = null)
    {
        lastTarget = Append(RootElement.CreateTargetElement(name));
        lastTarget.Condition = condition ?? "";
        lastTarget.AfterTargets = afterTargets ?? "";
        lastTarget.BeforeTargets = beforeTargets ?? "";
        lastTarget.DependsOnTargets = dependsOnTargets ?? "";
        lastTarget.Inputs = inputs ?? "";
        lastTarget.Outputs = outputs ?? "";
        if (returns is not null)
            lastTarget.Returns = returns;
        return this;
    }

    /// <summary>Adds a task to the target added last; without one, to a target named Build.</summary>
    public ProjectCreator Task(string name, string? condition = null, IDictionary<string, string?>? parameters = null, string? continueOnError = null)
    {
        ProjectTaskElement task = (lastTarget ??= Append(RootElement.CreateTargetElement("Build"))).AddTask(name);
        task.Condition = condition ?? "";
        task.ContinueOnError = continueOnError ?? "";
        foreach ((string parameter, string? value) in parameters ?? new Dictionary<string, string?>())
            if (value is not null)
                task.SetParameter(parameter, value);
        return this;
    }

    /// <summary>Adds an item group with one item to the target added last.</summary>
    public ProjectCreator TargetItemInclude(string itemType, string include, IDictionary<string, string?>? metadata = null)
    {
        ProjectItemElement item = lastTarget!.AddItemGroup().AddItem(itemType, include);
        foreach ((string name, string? value) in metadata ?? new Dictionary<string, string?>())
            item.AddMetadata(name, value);
        return this;
    }

    public ProjectCreator Import(string project, string? condition = null, string? sdk = null, string? sdkVersion = null)
    {
        ProjectImportElement import = Append(RootElement.CreateImportElement(project));
        import.Condition = condition ?? "";
        if (sdk is not null)
            import.Sdk = sdk;
        if (sdkVersion is not null)
            import.Version = sdkVersion;
        return this;
    }

    /// <summary>Adds an <c>&lt;Sdk Name="" Version="" /&gt;</c> element.</summary>
    public ProjectCreator Sdk(string name, string? version = null)
    {
        Append(RootElement.CreateProjectSdkElement(name, version));
        return this;
    }

    public ProjectCreator Save()
    {
        RootElement.Save();
        return this;
    }

    public ProjectCreator Save(string path)
    {
        RootElement.Save(path);
        return this;
    }

    /// <summary>The group at the end of the project, or a new one: an import in between starts a new group, so that order is kept.</summary>
    private T Last<T>(Func<T> create) where T : ProjectElement => RootElement.LastChild as T ?? Append(create());

    /// <summary>At the end. The API's own Add methods look for "a logical place", which may be before an import.</summary>
    private T Append<T>(T element) where T : ProjectElement
    {
        RootElement.AppendChild(element);
        return element;
    }
}
