using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices of a sweep within one family of models, equal for all its runs.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "family")]
[JsonDerivedType(typeof(LanguageModelOptions), LanguageModelShape.FamilyName)]
[JsonDerivedType(typeof(MaeOptions), MaeShape.FamilyName)]
public abstract record ModelOptions;
