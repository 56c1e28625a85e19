using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace ScaleLab.Analysis.Reports;

/// <summary>
/// HTML in the making. What an interpolated string holds is encoded, always: <c>html.Add($"&lt;td&gt;{run}&lt;/td&gt;")</c> is safe
/// whatever the run is called. Markup that is to stay markup has to be said to be <see cref="Raw"/>.
/// </summary>
internal sealed class Html
{
    private readonly StringBuilder _text = new();

    public int Length => _text.Length;

    public void Add([InterpolatedStringHandlerArgument("")] ref Markup markup) => _text.Append('\n');

    public void Add(Raw markup) => _text.Append(markup.Text).Append('\n');

    /// <summary>Forgets everything after the first <paramref name="length"/> characters.</summary>
    public void Rewind(int length) => _text.Length = length;

    public override string ToString() => _text.ToString();

    /// <summary>Trusted markup.</summary>
    public readonly record struct Raw(string Text);

    [InterpolatedStringHandler]
    public readonly ref struct Markup
    {
        private readonly StringBuilder _text;

        public Markup(int literalLength, int formattedCount, Html html)
        {
            _text = html._text;
            _text.EnsureCapacity(_text.Length + literalLength + (8 * formattedCount));
        }

        public void AppendLiteral(string literal) => _text.Append(literal);

        public void AppendFormatted(string? value) => _text.Append(WebUtility.HtmlEncode(value));

        public void AppendFormatted(int value) => _text.Append(value.ToString(CultureInfo.InvariantCulture));

        public void AppendFormatted(Raw value) => _text.Append(value.Text);
    }
}
