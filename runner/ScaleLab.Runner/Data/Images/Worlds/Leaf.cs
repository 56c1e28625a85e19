namespace ScaleLab.Runner.Data.Images.Worlds;

/// <summary>The five shapes of the worlds, and their numbers as labels.</summary>
internal enum Shape
{
    Disk,
    Square,
    Cross,
    Triangle,
    Ring,
}

/// <summary>A shape at a place, of one colour. Only + − × ÷ √ and comparisons: the same pixels on every platform.</summary>
internal struct Leaf
{
    /// <summary>Shapes, that is classes.</summary>
    public const int Shapes = 5;

    // Half the side of a square around any turned shape of radius 1.
    private const double Reach = 1.5;

    public Shape Shape;
    public double Radius;
    public double X;
    public double Y;
    public byte Red;
    public byte Green;
    public byte Blue;

    // The direction that the shape is turned to, of length Length.
    private double _a;
    private double _b;
    private double _length;

    /// <summary>Draws a direction on a grid of 201 × 201: a turn without sine and cosine.</summary>
    public void Turn(ref SplitMix64 random)
    {
        _a = random.Below(201) - 100.0;
        _b = random.Below(201) - 100.0;
        if (_a == 0 && _b == 0)
        {
            _a = 1;
        }

        _length = Math.Sqrt((_a * _a) + (_b * _b));
    }

    public void Paint(ref SplitMix64 random)
    {
        Red = (byte)random.Below(256);
        Green = (byte)random.Below(256);
        Blue = (byte)random.Below(256);
    }

    /// <summary>Columns and rows that the shape can touch, ends excluded.</summary>
    public readonly (int Left, int Right, int Top, int Bottom) Box(int size) =>
    (
        Math.Max(0, (int)(X - (Reach * Radius)) - 1),
        Math.Min(size, (int)(X + (Reach * Radius)) + 2),
        Math.Max(0, (int)(Y - (Reach * Radius)) - 1),
        Math.Min(size, (int)(Y + (Reach * Radius)) + 2)
    );

    /// <summary>Whether the middle of a pixel lies inside.</summary>
    public readonly bool Covers(int column, int row)
    {
        var (dx, dy) = (column + 0.5 - X, row + 0.5 - Y);
        if (Shape is Shape.Disk or Shape.Ring)
        {
            var squared = (dx * dx) + (dy * dy);
            return squared <= Radius * Radius && (Shape == Shape.Disk || squared >= 0.25 * Radius * Radius);
        }

        var u = ((_a * dx) + (_b * dy)) / _length;
        var v = ((_a * dy) - (_b * dx)) / _length;
        return Shape switch
        {
            Shape.Square => Math.Abs(u) <= 0.8 * Radius && Math.Abs(v) <= 0.8 * Radius,
            Shape.Cross => (Math.Abs(u) <= 0.3 * Radius && Math.Abs(v) <= Radius) || (Math.Abs(v) <= 0.3 * Radius && Math.Abs(u) <= Radius),
            _ => v >= -0.5 * Radius && v <= Radius - (2.0 * Math.Abs(u)),
        };
    }

    /// <summary>Gives a pixel this colour.</summary>
    public readonly void Colour(Span<byte> pixels, int pixel)
    {
        pixels[3 * pixel] = Red;
        pixels[(3 * pixel) + 1] = Green;
        pixels[(3 * pixel) + 2] = Blue;
    }
}
