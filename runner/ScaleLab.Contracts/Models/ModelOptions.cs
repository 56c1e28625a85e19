using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices of a sweep within one family of models, equal for all its runs.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "family")]
[JsonDerivedType(typeof(LanguageModelOptions), LanguageModelShape.FamilyName)]
[JsonDerivedType(typeof(MaeOptions), MaeShape.FamilyName)]
[JsonDerivedType(typeof(VicregOptions), VicregShape.FamilyName)]
[JsonDerivedType(typeof(BarlowTwinsOptions), BarlowTwinsShape.FamilyName)]
[JsonDerivedType(typeof(SimClrOptions), SimClrShape.FamilyName)]
[JsonDerivedType(typeof(ByolOptions), ByolShape.FamilyName)]
[JsonDerivedType(typeof(MocoV3Options), MocoV3Shape.FamilyName)]
[JsonDerivedType(typeof(DinoOptions), DinoShape.FamilyName)]
[JsonDerivedType(typeof(LejepaOptions), LejepaShape.FamilyName)]
[JsonDerivedType(typeof(BeitOptions), BeitShape.FamilyName)]
[JsonDerivedType(typeof(IjepaOptions), IjepaShape.FamilyName)]
[JsonDerivedType(typeof(VjepaOptions), VjepaShape.FamilyName)]
public abstract record ModelOptions;
