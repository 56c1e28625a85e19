namespace ScaleLab.Contracts.Models;

/// <summary>A rectangle of patches.</summary>
public readonly record struct BlockSize(int Height, int Width)
{
    public int Patches => Height * Width;

    /// <summary>As I-JEPA and V-JEPA round it: the share of the grid is cut off to whole patches, the sides are rounded half to even.</summary>
    /// <param name="grid">Patches along a side of the image.</param>
    /// <param name="share">Of the grid's patches.</param>
    /// <param name="aspect">Height over width.</param>
    /// <param name="longest">No side is longer.</param>
    public static BlockSize Of(int grid, double share, double aspect, int longest)
    {
        var patches = (int)(grid * grid * share);
        return new(
            Math.Clamp((int)Math.Round(Math.Sqrt(patches * aspect), MidpointRounding.ToEven), 1, longest),
            Math.Clamp((int)Math.Round(Math.Sqrt(patches / aspect), MidpointRounding.ToEven), 1, longest));
    }
}
