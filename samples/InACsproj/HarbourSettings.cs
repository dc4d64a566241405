using System.ComponentModel;

namespace Settings;

/// <summary>The settings of the program; what is written about them is made from this type.</summary>
internal sealed record HarbourSettings
{
    [Description("The station to predict the tide for.")]
    public required string Station { get; init; }

    [Description("Height of the sill above chart datum, in metres.")]
    public required double Sill { get; init; }

    [Description("Water kept under the keel, in metres.")]
    public double Margin { get; init; } = 0.3;

    [Description("How far to look ahead, in days.")]
    public int Days { get; init; } = 2;
}
