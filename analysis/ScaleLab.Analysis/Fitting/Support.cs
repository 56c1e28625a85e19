using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>Whether data can carry a law at all: a refusal with its reason is worth more than five numbers from three points.</summary>
internal static class Support
{
    /// <returns>Why not; null where they can.</returns>
    public static string? Reason(ScalingLaw law, int rows, int sizes, int lengths)
    {
        var parameters = law.FreeParameters;
        if (rows <= parameters)
        {
            return $"{rows} observations cannot carry the {parameters} parameters of {law.Name}; at least {parameters + 1} are needed";
        }

        var (n, d) = law.DistinctNeeded;
        if (sizes < n || lengths < d)
        {
            var (count, needed, of, exponent) = sizes < n ? (sizes, n, law.Form.HasSecondTerm ? "N" : "sizes", law.ParameterNames[law.Form.Alpha]) : (lengths, d, "D", law.ParameterNames[law.Form.Beta]);
            return $"{count} distinct {of} cannot show {exponent}; {law.Name} needs at least {needed}";
        }

        // A sum splits into a part of N and a part of D: that many numbers can be seen, however many rows repeat them.
        return law.Form is { HasSecondTerm: true, HasGamma: false } && sizes + lengths - 1 < Math.Min(parameters, 5)
            ? $"{sizes} distinct N and {lengths} distinct D cannot show the {parameters} parameters of {law.Name}"
            : null;
    }
}
