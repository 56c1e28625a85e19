namespace ScaleLab.Contracts.Models;

/// <summary>Which loss, where a paper and the code released with it differ.</summary>
public enum LossVariant
{
    Released,
    Paper,
}
