"""A family, or the documents behind a sequence, as text for the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text
from rich.tree import Tree

from synth_assets.explore.family import DROPPED, KEPT, WITH_CHILDREN, Family, Member, Step
from synth_assets.explore.prompts import Told
from synth_assets.explore.sequences import Sequence

TITLE_CHARS = 70
REFUSED_SHOWN = 3
WITHDRAWN = "it holds documents that were taken down"


def family_tree(family: Family) -> Tree:
    """Every page with what was made of it below, each with its way through the corpora."""
    trunk = Tree(Text(_heading(family)), hide_root=len(family.pages) == 1, guide_style="dim")
    for page in family.pages:
        _grow(trunk, family, page)
    return trunk


def _heading(family: Family) -> str:
    crawls = len(family.pages)
    return f"{crawls} pages" if crawls != 1 else "1 page"


def _grow(above: Tree, family: Family, member: Member) -> None:
    label = Text(member.doc_id, style="bold" if member.doc_id in family.asked else "")
    label.append(f"  {_what(member)}", style="dim")
    branch = above.add(label)
    for line in _lines(member):
        branch.add(line)
    for child in family.children_of(member):
        _grow(branch, family, child)


def _what(member: Member) -> str:
    fields = member.fields
    how = fields["recipe"] or fields["kind"]
    title = (fields["title"] or "")[:TITLE_CHARS]
    parts = [how, fields["lang"], f"{fields['n_words'] or 0:,} words", title]
    return ", ".join(part for part in parts if part)


def _lines(member: Member) -> Iterator[Text]:
    if member.is_page:
        yield Text(origin(member))
    if member.fields["model"]:
        yield Text(made_by(member))
    for step in told(member):
        yield _styled(step)
        for line in refused(step):
            yield Text(f"  {line}", style="yellow")
    for span in member.spans:
        yield Text(
            f"packed  {span.batch}, sequence {span.row}, tokens {span.start} to {span.end}",
            style="green",
        )
    for held in member.releases:
        times = "once" if held.times == 1 else f"{held.times} times"
        line = f"release {held.release}  {held.component}, {times}"
        if held.withdrawn:
            yield Text(f"{line}; withdrawn: {WITHDRAWN}", style="red")
        else:
            yield Text(line, style="green")


def told(member: Member) -> list[Step]:
    """The steps without those that the documents below tell of."""
    return [step for step in member.steps if step.outcome != WITH_CHILDREN]


def origin(member: Member) -> str:
    """Where a page was read, its address first."""
    return f"{member.fields['url'] or 'no address'}, {record(member)}"


def record(member: Member) -> str:
    """The input file and the record in it that a page was read from, its date and licence."""
    fields = member.fields
    source = fields["source"] or {}
    file = member.input_file or source.get("file") or "an unknown file"
    parts = [f"{file}, record at {source.get('offset')}"]
    if fields["fetched_at"]:
        parts.append(f"fetched {fields['fetched_at']:%Y-%m-%d}")
    parts.append(fields["license"] or "licence unknown")
    return ", ".join(parts)


def made_by(member: Member) -> str:
    fields = member.fields
    model = fields["model"]
    revision = (fields["model_revision"] or "")[:12]
    known = f"model {model}" + (f" ({revision})" if revision and revision != model else "")
    keys = len(fields["generation_keys"])
    return (
        f"{known}, recipe {fields['recipe']} {fields['recipe_version']}, seed {fields['seed']}, "
        f"{keys:,} generation{'s' if keys != 1 else ''}"
    )


def sentence(step: Step) -> str:
    """What became of a document in one corpus."""
    parts = [step.outcome.replace("_", " ")]
    if step.reason:
        parts[0] += f": {step.reason}"
    if step.value:
        parts.append(step.value if not step.limit else f"{step.value} (allowed: {step.limit})")
    if step.duplicate_of:
        parts.append(f"duplicate of {step.duplicate_of}")
    if step.cluster_root and step.cluster_root != step.duplicate_of:
        parts.append(f"{step.cluster_root} stays for it")
    return ", ".join(parts)


def refused(step: Step) -> list[str]:
    """The requests of a step that did not pass, the first of them."""
    own = (step.reason, step.value)
    bad = [
        one for one in step.requests if one.outcome != "accepted" and (one.reason, one.value) != own
    ]
    lines = [
        f"{one.outcome} by {one.reason}"
        + (f": {one.value}" if one.value else "")
        + (f" (allowed: {one.limit})" if one.limit else "")
        for one in bad[:REFUSED_SHOWN]
    ]
    if len(bad) > REFUSED_SHOWN:
        lines.append(f"and {len(bad) - REFUSED_SHOWN:,} of {len(step.requests):,} requests more")
    return lines


def _styled(step: Step) -> Text:
    style = "red" if step.outcome in (DROPPED, "failed") else ""
    style = "green" if step.outcome == KEPT else style or "dim"
    return Text(f"{step.corpus}  {sentence(step)}", style=style)


def prompt_lines(told: Mapping[str, list[Told]]) -> Iterator[Text]:
    """What the model was asked for each document, and what it wrote."""
    for doc_id, generations in told.items():
        if not generations:
            yield Text(f"{doc_id}: no prompt that the profile in force would ask again")
        for one in generations:
            yield Text(f"{doc_id}, generation {one.key}, seed {one.seed}", style="bold")
            yield Text(one.prompt)
            yield Text(one.answer or "(not in the journal any more)", style="green")


def sequence_lines(sequence: Sequence, family: Family) -> Iterator[Text]:
    """The sequence, and a line per span: tokens, document, its page and record."""
    yield Text(
        f"{sequence.name}: {sequence.n_tokens:,} tokens of {len(sequence.doc_ids):,} documents, "
        f"{sequence.n_pad:,} to pad (id {sequence.seq_id})",
        style="bold",
    )
    for span in sequence.spans:
        member = family.members.get(span["doc_id"])
        told = _what(member) if member else "in no corpus any more"
        yield Text(f"tokens {span['start']} to {span['end']}  {span['doc_id']}  {told}")
        for page in pages_of(family, member) if member else ():
            yield Text(f"    {origin(page)}", style="dim")


def pages_of(family: Family, member: Member) -> list[Member]:
    roots = member.fields["root_ids"]
    return [family.members[one] for one in roots if one in family.members]


def sequence_json(sequence: Sequence, family: Family) -> dict[str, Any]:
    own = {name: getattr(sequence, name) for name in ("seq_id", "seq_len", "n_tokens", "n_pad")}
    return {"sequence": sequence.name, **own, "spans": sequence.spans, **family.to_json()}
