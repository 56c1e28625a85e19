using ScaleLab.Contracts.Text;

namespace ScaleLab.Contracts.Tests;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("350k", 350e3)]
    [InlineData("1.5M", 1.5e6)]
    [InlineData("20B", 20e9)]
    [InlineData("1e18", 1e18)]
    [InlineData("10_000", 10000)]
    [InlineData("0.25", 0.25)]
    [InlineData("3T", 3e12)]
    public void A_number_as_people_write_it_is_read(string text, double value)
    {
        Assert.True(Quantity.TryParse(text, out var read));
        Assert.Equal(value, read, value * 1e-15);
    }

    [Theory]
    [InlineData("")]
    [InlineData("k")]
    [InlineData("1kk")]
    [InlineData("_1")]
    [InlineData("1_")]
    [InlineData("1 M")]
    [InlineData("NaN")]
    [InlineData("1e999")]
    [InlineData("ten")]
    public void Anything_else_is_refused(string text) => Assert.False(Quantity.TryParse(text, out _));

    [Theory]
    [InlineData(43_200, "43.2k")]
    [InlineData(999_950, "1M")]
    [InlineData(1_320_000, "1.32M")]
    [InlineData(12, "12")]
    [InlineData(2e9, "2B")]
    public void A_size_is_printed_with_three_digits(double value, string text) => Assert.Equal(text, Quantity.Format(value));
}
