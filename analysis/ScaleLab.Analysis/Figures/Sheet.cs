using ScottPlot;
using SkiaSharp;

namespace ScaleLab.Analysis.Figures;

/// <summary>Panels on white paper of a given size in CSS pixels (96 to the inch).</summary>
internal sealed class Sheet(int width, int height)
{
    private readonly List<(Panel Panel, PixelRect Area)> _panels = [];

    public void Add(Panel panel, double left, double top, double right, double bottom) =>
        _panels.Add((panel, new PixelRect((float)(left * width), (float)(right * width), (float)(bottom * height), (float)(top * height))));

    /// <param name="name">Goes before every id, since several figures share one HTML page.</param>
    /// <param name="title">For screen readers.</param>
    public string Svg(string name, string title)
    {
        using var stream = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(new SKRect(0, 0, width, height), stream))
        {
            Draw(canvas);
        }

        return SvgText.Tidy(System.Text.Encoding.UTF8.GetString(stream.ToArray()), name, title, width, height);
    }

    /// <summary>Twice as many pixels each way as the SVG has units.</summary>
    public byte[] Png()
    {
        const int scale = 2;
        using var surface = SKSurface.Create(new SKImageInfo(width * scale, height * scale, SKColorType.Rgba8888, SKAlphaType.Premul));
        surface.Canvas.Clear(SKColors.White);
        surface.Canvas.Scale(scale);
        Draw(surface.Canvas);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private void Draw(SKCanvas canvas)
    {
        foreach (var (panel, area) in _panels)
        {
            // ScottPlot draws a plot twice in its first render, to settle its layout; what cannot be wiped (SVG) would hold both.
            if (panel.Plot.RenderManager.RenderCount == 0)
            {
                using var nowhere = new SKNoDrawCanvas(width, height);
                panel.Plot.Render(nowhere, area);
            }

            panel.Plot.Render(canvas, area);
        }
    }
}
