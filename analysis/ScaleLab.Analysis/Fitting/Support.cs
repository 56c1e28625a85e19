using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>Whether data can carry a law at all: a refusal with its reason is worth more than five numbers from three points.</summary>
internal static class Support
{
    /// <returns>Why not; null where they can.</returns>
    public static string? Reason(ScalingLaw law, int rows, int sizes, int lengths)
    {
        var parameters = law.ParameterNames.Count;
        if (rows <= parameters)
        {
            return $"{rows} observations cannot carry the {parameters} parameters of {law.Name}; at least {parameters + 1} are needed";
        }

        if (sizes < law.DistinctNeeded || lengths < law.DistinctNeeded)
        {
            var (count, of, exponent) = sizes < law.DistinctNeeded ? (sizes, "N", "alpha") : (lengths, "D", "beta");
            return $"{count} distinct {of} cannot show {exponent}; {law.Name} needs at least {law.DistinctNeeded}";
        }

        // L splits into a part of N and a part of D: that many numbers can be seen, however many rows repeat them.
        return sizes + lengths - 1 < parameters ? $"{sizes} distinct N and {lengths} distinct D cannot show the {parameters} parameters of {law.Name}" : null;
    }
}
