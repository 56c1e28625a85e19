namespace ScaleLab.Runner.Data.Images;

/// <summary>How a view is made from an image: crop and resize, flip, jitter of colours, gray, blur, solarize, in this order. A field that is left out does nothing.</summary>
/// <remarks>
/// Strengths are those of torchvision's transforms, whose brightness is multiplicative (BYOL's own code adds it). Blur is off below 64 pixels, as in solo-learn's and eb_jepa's recipes for CIFAR-10,
/// and colours of images that are gray already are left alone.
/// </remarks>
internal sealed record ViewRecipe
{
    private const int SmallestBlurred = 64;

    private static readonly ColourJitter Usual = new(0.4, 0.4, 0.2, 0.1, 0.8);
    private static readonly ColourJitter Strong = new(0.8, 0.8, 0.8, 0.2, 0.8);

    /// <summary>The image as it is.</summary>
    public static ViewRecipe None { get; } = new();

    /// <summary>He et al. 2021 (arXiv:2111.06377), released code.</summary>
    public static ViewRecipe Mae { get; } = new() { Crop = (0.2, 1), Bicubic = true, Flip = 0.5 };

    /// <summary>The first view of BYOL (arXiv:2006.07733, table 6), VICReg, Barlow Twins and MoCo v3.</summary>
    public static ViewRecipe Byol1 { get; } = new() { Crop = (0.08, 1), Bicubic = true, Flip = 0.5, Jitter = Usual, Gray = 0.2, Blur = 1 };

    /// <summary>Their second view.</summary>
    public static ViewRecipe Byol2 { get; } = Byol1 with { Blur = 0.1, Solarize = 0.2 };

    /// <summary>Chen et al. 2020 (arXiv:2002.05709, appendix A), both views.</summary>
    public static ViewRecipe SimClr { get; } = new() { Crop = (0.08, 1), Bicubic = true, Flip = 0.5, Jitter = Strong, Gray = 0.2, Blur = 0.5 };

    /// <summary>Caron et al. 2021 (arXiv:2104.14294), released code.</summary>
    public static ViewRecipe DinoGlobal1 { get; } = Byol1 with { Crop = (0.4, 1) };

    public static ViewRecipe DinoGlobal2 { get; } = DinoGlobal1 with { Blur = 0.1, Solarize = 0.2 };

    /// <summary>Its size is the method's to set: 96 of 224 pixels in the released code.</summary>
    public static ViewRecipe DinoLocal { get; } = DinoGlobal1 with { Crop = (0.05, 0.4), Blur = 0.5 };

    /// <summary>Bao et al. 2021 (arXiv:2106.08254), released code.</summary>
    public static ViewRecipe Beit { get; } = new() { Crop = (0.08, 1), Bicubic = true, Flip = 0.5, Jitter = new(0.4, 0.4, 0.4, 0, 1) };

    /// <summary>Assran et al. 2023 (arXiv:2301.08243), released code.</summary>
    public static ViewRecipe Ijepa { get; } = new() { Crop = (0.3, 1) };

    /// <summary>Bardes et al. 2024 (arXiv:2404.08471), released code; one crop for all frames.</summary>
    public static ViewRecipe Vjepa { get; } = new() { Crop = (0.3, 1), Aspect = (0.75, 1.35), Flip = 0.5 };

    /// <summary>Balestriero and LeCun 2025 (arXiv:2511.08544), minimal code, all views.</summary>
    public static ViewRecipe Lejepa { get; } = new() { Crop = (0.08, 1), Flip = 0.5, Jitter = Strong, Gray = 0.2, Blur = 0.5, Solarize = 0.2 };

    /// <summary>Share of the area that is cut out; null cuts nothing.</summary>
    public (double Low, double High)? Crop { get; init; }

    /// <summary>Width over height of what is cut out, log-uniform.</summary>
    public (double Low, double High) Aspect { get; init; } = (3.0 / 4, 4.0 / 3);

    /// <summary>Height and width of the view; null for those of the corpus.</summary>
    public int? Size { get; init; }

    /// <summary>Else bilinear. Both average over the pixels of the source where the view is smaller.</summary>
    public bool Bicubic { get; init; }

    /// <summary>Probability of a horizontal flip.</summary>
    public double Flip { get; init; }

    public ColourJitter? Jitter { get; init; }

    /// <summary>Probability that colour is taken away.</summary>
    public double Gray { get; init; }

    /// <summary>Probability of a Gaussian blur of sigma 0.1 … 2 pixels.</summary>
    public double Blur { get; init; }

    /// <summary>Probability that values of 0.5 or more are inverted.</summary>
    public double Solarize { get; init; }

    /// <summary>The recipe for images of a corpus: its size is known, and what does nothing there is left out.</summary>
    public ViewRecipe For(int size, int channels)
    {
        size = Size ?? size;
        return this with
        {
            Size = size,
            Blur = size < SmallestBlurred ? 0 : Blur,
            Gray = channels == 3 ? Gray : 0,
            Jitter = channels == 3 ? Jitter : Jitter is { } jitter ? jitter with { Saturation = 0, Hue = 0 } : null,
        };
    }
}

/// <summary>Factors are drawn from 1 − s … 1 + s, not below 0; the hue turns by −h … h of a circle. In random order.</summary>
/// <param name="Brightness">0 … 1.</param>
/// <param name="Contrast">0 … 1.</param>
/// <param name="Saturation">0 … 1.</param>
/// <param name="Hue">0 … 0.5.</param>
/// <param name="Probability">That any of it happens.</param>
internal sealed record ColourJitter(double Brightness, double Contrast, double Saturation, double Hue, double Probability);
