using System.CommandLine;
using System.Globalization;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Cli.Output;

/// <summary>Numbers in and out of the command line.</summary>
internal static class Numbers
{
    /// <summary>An option that takes <c>1.5M</c> or <c>1e21</c>.</summary>
    public static Option<double?> Option(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "NUMBER",
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (Quantity.TryParse(text, out var value) && value > 0)
            {
                return value;
            }

            result.AddError($"{name} '{text}': expected a number above 0, such as 350k, 1.5M or 1e21");
            return null;
        },
    };

    /// <summary>The same, to be given several times.</summary>
    public static Option<double[]> List(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "NUMBER",
        CustomParser = result =>
        {
            var values = new List<double>();
            foreach (var token in result.Tokens)
            {
                if (Quantity.TryParse(token.Value, out var value) && value > 0)
                {
                    values.Add(value);
                }
                else
                {
                    result.AddError($"{name} '{token.Value}': expected a number above 0, such as 350k, 1.5M or 1e21");
                }
            }

            return [.. values];
        },
    };

    /// <summary>95 %, 97.5 %.</summary>
    public static string Level(double level) => FormattableString.Invariant($"{100 * level:0.##} %");

    /// <summary>So many significant digits, in full between a ten-thousandth and ten million.</summary>
    public static string Digits(double value, int digits)
    {
        var size = value == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return size is >= -4 and < 7
            ? value.ToString("F" + Math.Max(0, digits - 1 - size), CultureInfo.InvariantCulture)
            : value.ToString("0." + new string('#', digits - 1) + "e+0", CultureInfo.InvariantCulture);
    }

    public static string Range(Interval interval, Func<double, string> format) => $"{format(interval.Low)} … {format(interval.High)}";
}
