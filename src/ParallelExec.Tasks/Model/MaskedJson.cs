using System.Text.Json;

namespace ParallelExec.Model;

/// <summary>
/// The one way into the JSON files of a run: a text is masked on its way in, before JSON writes a quote or a backslash of a secret in
/// another way. What must be found again as it is, has to ask for that.
/// </summary>
/// <param name="masker">Null where nothing is secret.</param>
internal sealed class MaskedJson(Utf8JsonWriter json, SecretMasker? masker)
{
    public void StartObject() => json.WriteStartObject();

    public void StartObject(string name) => json.WriteStartObject(name);

    public void EndObject() => json.WriteEndObject();

    public void StartArray(string name) => json.WriteStartArray(name);

    public void StartArray() => json.WriteStartArray();

    public void EndArray() => json.WriteEndArray();

    public void Number(string name, long number) => json.WriteNumber(name, number);

    public void Number(string name, decimal number) => json.WriteNumber(name, number);

    public void Boolean(string name, bool value) => json.WriteBoolean(name, value);

    public void Text(string name, string text) => json.WriteString(name, Masked(text));

    public void Text(string text) => json.WriteStringValue(Masked(text));

    /// <summary>Where the name is not one of ours either.</summary>
    public void Texts(string name, IReadOnlyCollection<KeyValuePair<string, string>> texts)
    {
        if (texts.Count == 0)
            return;
        json.WriteStartObject(name);
        foreach ((string key, string text) in texts)
            json.WriteString(Masked(key), Masked(text));
        json.WriteEndObject();
    }

    /// <summary>As it is: a word of ours, a digest, or what is known to hold no secret.</summary>
    public void Exactly(string name, string text) => json.WriteString(name, text);

    private string Masked(string text) => masker?.Apply(text) ?? text;
}
