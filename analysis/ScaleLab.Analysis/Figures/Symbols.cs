namespace ScaleLab.Analysis.Figures;

/// <summary>Parameters as a reader knows them.</summary>
internal static class Symbols
{
    /// <summary>N_c and R_D keep their letters; alpha_gamma is the α of an average's gamma form.</summary>
    public static string Of(string name) => name.Split('_') switch
    {
        [var letter] => Greek(letter),
        [var letter, "gamma"] => $"{Greek(letter)} of the gamma form",
        [var letter, var of] => $"{Greek(letter)}_{of}",
        _ => name,
    };

    private static string Greek(string name) => name switch { "alpha" => "α", "beta" => "β", "gamma" => "γ", _ => name };
}
