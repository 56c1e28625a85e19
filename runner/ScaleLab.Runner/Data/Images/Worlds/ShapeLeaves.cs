namespace ScaleLab.Runner.Data.Images.Worlds;

/// <summary>An object of known class and mask in front of dead leaves.</summary>
internal sealed class ShapeLeaves(int size, int seed) : IWorld
{
    public const string Name = "shape-leaves";

    /// <summary>Raised whenever a number would give other pixels or labels.</summary>
    public const int Version = 1;

    public int Classes => Leaf.Shapes;

    public int Draw(ulong index, Span<byte> pixels) => (int)Draw(index, pixels, stackalloc int[0]).Shape;

    public int Label(ulong index) => IWorld.Stream(seed, index).Below(Leaf.Shapes);

    /// <param name="index">Any number.</param>
    /// <param name="pixels">(H, W, 3), all of it written.</param>
    /// <param name="owners">(H, W): the number of the leaf that each pixel shows, 0 for the object; of two leaves the one with the smaller number lies in front. May be empty.</param>
    /// <returns>The object, and how many leaves there are with it.</returns>
    public (Shape Shape, int Leaves) Draw(ulong index, Span<byte> pixels, Span<int> owners)
    {
        if (owners.IsEmpty)
        {
            owners = new int[size * size];
        }

        var random = IWorld.Stream(seed, index);
        var leaf = new Leaf
        {
            Shape = (Shape)random.Below(Leaf.Shapes),
            Radius = size * (0.22 + (0.16 * random.NextDouble())),
            X = size * (0.35 + (0.3 * random.NextDouble())),
            Y = size * (0.35 + (0.3 * random.NextDouble())),
        };
        leaf.Turn(ref random);
        leaf.Paint(ref random);
        var picture = new Picture(pixels, owners, size);
        picture.Draw(leaf, 0);
        return (leaf.Shape, DeadLeaves.Fill(ref random, 1, ref picture, size));
    }
}
