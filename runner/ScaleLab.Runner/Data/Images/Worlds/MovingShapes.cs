namespace ScaleLab.Runner.Data.Images.Worlds;

/// <summary>Clips of one to three shapes that move evenly over a still background, plain or of dead leaves, and bounce at the border. The shape in front is the label.</summary>
internal sealed class MovingShapes(int size, int frames, int seed) : IWorld
{
    public const string Name = "moving-shapes";

    /// <summary>Raised whenever a number would give other pixels or labels.</summary>
    public const int Version = 1;

    private const int MostShapes = 3;

    public int Classes => Leaf.Shapes;

    public int Draw(ulong index, Span<byte> pixels) => (int)Draw(index, pixels, stackalloc int[0])[0, 0].Shape;

    public int Label(ulong index)
    {
        var random = IWorld.Stream(seed, index);
        random.Below(MostShapes);
        return random.Below(Leaf.Shapes);
    }

    /// <summary>How many shapes move in a clip.</summary>
    public int Shapes(ulong index) => 1 + IWorld.Stream(seed, index).Below(MostShapes);

    /// <param name="index">Any number.</param>
    /// <param name="pixels">(T, H, W, 3), all of it written.</param>
    /// <param name="owners">(T, H, W): the number of the shape that each pixel shows, −1 for the background; of two shapes the one with the smaller number lies in front. May be empty.</param>
    /// <returns>(T, shapes)</returns>
    public Motion[,] Draw(ulong index, Span<byte> pixels, Span<int> owners)
    {
        var plane = size * size;
        if (owners.IsEmpty)
        {
            owners = new int[frames * plane];
        }

        var random = IWorld.Stream(seed, index);
        var shapes = new Moving[1 + random.Below(MostShapes)];
        foreach (ref var shape in shapes.AsSpan())
        {
            shape = Moving.Draw(ref random, size);
        }

        var background = Background(ref random);
        var truth = new Motion[frames, shapes.Length];
        for (var frame = 0; frame < frames; frame++)
        {
            var shown = pixels.Slice(frame * plane * 3, plane * 3);
            background.CopyTo(shown);
            var picture = new Picture(shown, owners.Slice(frame * plane, plane), size);
            for (var s = 0; s < shapes.Length; s++)
            {
                picture.Draw(shapes[s].Leaf, s);
                truth[frame, s] = shapes[s].Now;
                shapes[s].Step(size);
            }
        }

        return truth;
    }

    private byte[] Background(ref SplitMix64 random)
    {
        var pixels = new byte[size * size * 3];
        if (random.Below(2) == 0)
        {
            var picture = new Picture(pixels, new int[size * size], size);
            DeadLeaves.Fill(ref random, 0, ref picture, size);
            return pixels;
        }

        var plain = new Leaf();
        plain.Paint(ref random);
        for (var pixel = 0; pixel < size * size; pixel++)
        {
            plain.Colour(pixels, pixel);
        }

        return pixels;
    }

    private struct Moving
    {
        public Leaf Leaf;
        private double _velocityX;
        private double _velocityY;

        // An eighth of the picture in a frame at most: a bounce is one reflection.
        public static Moving Draw(ref SplitMix64 random, int size)
        {
            var moving = new Moving { Leaf = new Leaf { Shape = (Shape)random.Below(Leaf.Shapes), Radius = size * (0.12 + (0.1 * random.NextDouble())) } };
            ref var leaf = ref moving.Leaf;
            leaf.X = leaf.Radius + ((size - (2.0 * leaf.Radius)) * random.NextDouble());
            leaf.Y = leaf.Radius + ((size - (2.0 * leaf.Radius)) * random.NextDouble());
            moving._velocityX = size * 0.25 * (random.NextDouble() - 0.5);
            moving._velocityY = size * 0.25 * (random.NextDouble() - 0.5);
            leaf.Turn(ref random);
            leaf.Paint(ref random);
            return moving;
        }

        public readonly Motion Now => new(Leaf.Shape, Leaf.Radius, Leaf.X, Leaf.Y, _velocityX, _velocityY);

        public void Step(int size)
        {
            (Leaf.X, _velocityX) = Bounce(Leaf.X + _velocityX, _velocityX, Leaf.Radius, size - Leaf.Radius);
            (Leaf.Y, _velocityY) = Bounce(Leaf.Y + _velocityY, _velocityY, Leaf.Radius, size - Leaf.Radius);
        }

        private static (double Place, double Velocity) Bounce(double place, double velocity, double low, double high) =>
            place < low ? ((2.0 * low) - place, -velocity)
            : place > high ? ((2.0 * high) - place, -velocity)
            : (place, velocity);
    }
}

/// <summary>Where a shape is in one frame, in pixels, and how it moves on, in pixels a frame.</summary>
internal readonly record struct Motion(Shape Shape, double Radius, double X, double Y, double VelocityX, double VelocityY);
