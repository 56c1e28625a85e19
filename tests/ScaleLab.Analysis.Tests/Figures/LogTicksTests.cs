using CsCheck;
using ScaleLab.Analysis.Figures;

namespace ScaleLab.Analysis.Tests.Figures;

public sealed class LogTicksTests
{
    [Theory]
    [InlineData(1, 10, 260, "1 1.5 2 3 5 7 10")]
    [InlineData(2.1, 5.5, 260, "2.5 3 3.5 4 4.5 5 5.5")]
    [InlineData(2.3, 3.3, 260, "2.4 2.6 2.8 3 3.2")]
    [InlineData(3.01, 3.05, 260, "3.01 3.015 3.02 3.025 3.03 3.035 3.04 3.045 3.05")]
    [InlineData(8, 13, 260, "8 9 10 11 12 13")]
    public void A_loss_axis_is_labelled_by_its_span(double min, double max, double pixels, string labels) =>
        Assert.Equal(labels, Labels(new LogTicks(LogTicks.Plain), min, max, pixels, _ => 24));

    [Theory]
    [InlineData(1e18, 1e22, "10¹⁸ 10¹⁹ 10²⁰ 10²¹ 10²²")]
    [InlineData(1e3, 1e15, "10⁴ 10⁶ 10⁸ 10¹⁰ 10¹² 10¹⁴")]
    [InlineData(5e10, 1e13, "10¹¹ 3×10¹¹ 10¹² 3×10¹² 10¹³")]
    public void A_compute_axis_is_labelled_with_powers_of_ten(double min, double max, string labels) =>
        Assert.Equal(labels, Labels(new LogTicks(LogTicks.PowerOfTen), min, max, 340, text => 8 * text.Length + 10));

    [Fact]
    public void Labels_never_overlap_and_there_are_at_least_two() => Gen.Select(Gen.Double[-3, 25], Gen.Double[.01, 12], Gen.Double[150, 400]).Sample((min, span, pixels) =>
    {
        var ticks = new LogTicks(LogTicks.PowerOfTen);
        var majors = ticks.Place(min, min + span, pixels, text => 7 * text.Length + 6).Where(t => t.IsMajor).ToList();
        Assert.True(majors.Count >= 2 || span < .05 || pixels < 200, $"{majors.Count} labels");
        foreach (var (left, right) in majors.Zip(majors.Skip(1)))
        {
            var room = (right.Position - left.Position) * pixels / span;
            Assert.True(room >= (7 * (left.Label.Length + right.Label.Length) / 2.0) + 6 - 1e-6, $"{left.Label} and {right.Label} are {room:0} pixels apart");
        }
    });

    [Theory]
    [InlineData(1, "10⁰")]
    [InlineData(1e-3, "10⁻³")]
    [InlineData(2.5e17, "2.5×10¹⁷")]
    [InlineData(9.99999e5, "10⁶")]
    public void A_power_of_ten_is_written_as_in_print(double value, string text) => Assert.Equal(text, LogTicks.PowerOfTen(value));

    private static string Labels(LogTicks ticks, double min, double max, double pixels, Func<string, double> extent) =>
        string.Join(' ', ticks.Place(Math.Log10(min), Math.Log10(max), pixels, extent).Where(t => t.IsMajor).Select(t => t.Label));
}
