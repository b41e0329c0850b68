"""Language identification: ours, lid.176, CLD2 and py3langid on texts whose language is known."""

from synth_assets.bench.language.cases import cases

__all__ = ["cases"]
