"""The model card: data, licences, recipe, scores."""

from synth_assets.generation.engines.local.language_codes import ISO_639
from synth_assets.modeling.translation.translator import Trained
from synth_assets.profile.modeling import TranslatorModel

RECIPE = [
    "base",
    "vocabulary",
    "d_model",
    "heads",
    "ffn",
    "encoder_layers",
    "decoder_layers",
    "start",
    "short_first",
    "steps",
    "batch_tokens",
    "rate",
    "warmup",
    "cooldown",
    "weight_decay",
    "label_smoothing",
    "dropout",
    "max_tokens",
]
CURVE_ROWS = 12


def write_card(
    pair: tuple[str, str], settings: TranslatorModel, seed: int, trained: Trained
) -> None:
    """README.md of a checkpoint."""
    parts = [
        _front(pair, settings),
        _head(pair, trained),
        _data(trained),
        _recipe(settings, seed, trained),
        _scores(trained),
    ]
    (trained.path / "README.md").write_text("\n".join(parts))


def _front(pair: tuple[str, str], settings: TranslatorModel) -> str:
    languages = [ISO_639.get(lang.split("_")[0], lang.split("_")[0]) for lang in pair]
    base = [f"base_model: {settings.base}"] if settings.base else []
    lines = ["language:", *(f"- {lang}" for lang in languages), "library_name: transformers", *base]
    return "\n".join(["---", *lines, "pipeline_tag: translation", "tags:", "- marian", "---\n"])


def _head(pair: tuple[str, str], trained: Trained) -> str:
    return (
        f"# {pair[0]} to {pair[1]}\n\nA Marian model of {trained.parameters:,} parameters, trained "
        f"by synth_assets. Weights are stored as float16 and computed in float32. One sentence at "
        f"a time.\n"
    )


def _data(trained: Trained) -> str:
    bitext = trained.bitext
    rows = [f"| {name} | {count:,} |" for name, count in bitext.licenses()]
    left_out = ", ".join(f"{why}: {count:,}" for why, count in sorted(bitext.left_out.items()))
    return "\n".join(
        [
            "## Data\n",
            f"{len(bitext.train):,} sentence pairs, digest `{bitext.digest}`, by the licence that "
            f"they state:\n",
            "| licence | pairs |",
            "|---|---:|",
            *rows,
            f"\nNot learned from: {len(bitext.held_out):,} held-out pairs"
            + (f"; {left_out}.\n" if left_out else ".\n"),
        ]
    )


def _recipe(settings: TranslatorModel, seed: int, trained: Trained) -> str:
    values = settings.model_dump(mode="json", include=set(RECIPE))
    named = ", ".join(f"{name} {values[name]}" for name in RECIPE if values[name] is not None)
    weights = (
        f"The mean of the last {trained.averaged} evaluated weights."
        if trained.averaged > 1
        else "The evaluated weights with the highest chrF."
    )
    return (
        f"## Recipe\n\n{named}, seed {seed}. {trained.steps:,} steps, {trained.tokens:,} target "
        f"tokens. {weights}\n"
    )


def _scores(trained: Trained) -> str:
    found = trained.scores
    skipped = -(-len(trained.curve) // CURVE_ROWS)
    shown = trained.curve[skipped - 1 :: skipped]
    return "\n".join(
        [
            "## Scores\n",
            f"Held-out pairs, greedy: BLEU {found.bleu:.1f}, chrF {found.chrf:.1f} (signatures "
            f"`{found.signatures[0]}`, `{found.signatures[1]}`).\n",
            "| step | loss | chrF |",
            "|---:|---:|---:|",
            *(f"| {step:,} | {loss:.3f} | {chrf:.1f} |" for step, loss, chrf in shown),
            "",
        ]
    )
