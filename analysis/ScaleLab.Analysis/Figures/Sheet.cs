using ScaleLab.Analysis.Fonts;
using ScottPlot;
using SkiaSharp;

namespace ScaleLab.Analysis.Figures;

/// <summary>Rows of panels on white paper; as wide as the look, as high as they need.</summary>
internal sealed class Sheet(Look look)
{
    private const float LetterSize = 13;
    private const float PointsPerPixel = 0.75f;

    private readonly List<(Panel Panel, PixelRect Area)> _panels = [];

    /// <summary>Units.</summary>
    public int Width => look.Width;

    /// <summary>Units.</summary>
    public int Height { get; private set; }

    /// <summary>Adds panels of equal width below those that are there.</summary>
    /// <param name="height">Units.</param>
    /// <param name="panels">From left to right; null leaves a place empty.</param>
    public Sheet Row(int height, params IReadOnlyList<Panel?> panels)
    {
        foreach (var (i, panel) in panels.Index())
        {
            if (panel is not null)
            {
                _panels.Add((panel, new PixelRect((float)Width * i / panels.Count, (float)Width * (i + 1) / panels.Count, Height + height, Height)));
            }
        }

        Height += height;
        return this;
    }

    /// <summary>The same panels side by side on a page, above each other in a column.</summary>
    public Sheet Panels(int height, params IReadOnlyList<Panel> panels)
    {
        foreach (var row in panels.Chunk(look.IsPage ? panels.Count : 1))
        {
            Row(height, row);
        }

        return this;
    }

    /// <param name="name">Goes before every id, since several figures share one HTML page.</param>
    /// <param name="title">For screen readers.</param>
    public string Svg(string name, string title)
    {
        using var stream = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(new SKRect(0, 0, Width, Height), stream))
        {
            Draw(canvas);
        }

        return SvgText.Tidy(System.Text.Encoding.UTF8.GetString(stream.ToArray()), name, title, Width, Height, look.Scale);
    }

    public byte[] Png()
    {
        using var surface = SKSurface.Create(new SKImageInfo((int)Math.Round(Width * look.Density), (int)Math.Round(Height * look.Density), SKColorType.Rgba8888, SKAlphaType.Premul));
        surface.Canvas.Clear(SKColors.White);
        surface.Canvas.Scale((float)look.Density);
        Draw(surface.Canvas);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>One page as large as the figure, text as text; the same figure gives the same bytes.</summary>
    public byte[] Pdf(string title)
    {
        using var stream = new MemoryStream();
        var scale = (float)look.Scale * PointsPerPixel;
        using (var document = SKDocument.CreatePdf(stream, new SKDocumentPdfMetadata { Title = title, Producer = "ScaleLab", RasterDpi = 300, EncodingQuality = 101 }))
        {
            using var canvas = document.BeginPage(Width * scale, Height * scale);
            canvas.Scale(scale);
            Draw(canvas);
            document.EndPage();
            document.Close();
        }

        return stream.ToArray();
    }

    private void Draw(SKCanvas canvas)
    {
        foreach (var (i, (panel, area)) in _panels.Index())
        {
            panel.Wear(look);

            // ScottPlot draws a plot twice in its first render, to settle its layout; what cannot be wiped (SVG) would hold both.
            if (panel.Plot.RenderManager.RenderCount == 0)
            {
                using var nowhere = new SKNoDrawCanvas(Width, Height);
                panel.Plot.Render(nowhere, area);
            }

            panel.Plot.Render(canvas, area);
            if (_panels.Count > 1)
            {
                FigureFont.Write(canvas, ((char)('a' + i)).ToString(), LetterSize, area.Left + 2, area.Top + LetterSize);
            }
        }
    }
}
