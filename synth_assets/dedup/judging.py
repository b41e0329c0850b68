"""Who stays: first seen of each component, and the policy inside a family."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from synth_assets.dedup.links import Links
from synth_assets.dedup.similarity import Similarity
from synth_assets.dedup.texts import Sighting, Text
from synth_assets.profile.dedup import DedupProfile
from synth_assets.text.columns import Int64s

REPLACING = ("supersedes", "extends")
"""Relations of a made document whose parent leaves; under `adds` both stay."""

EXACT = Similarity(1.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a document leaves. `duplicate_of` is the verified neighbour (for a superseded parent
    the child), `stands_for` the document that stays or left for another one in turn."""

    drop_reason: str
    drop_value: str
    drop_limit: str
    duplicate_of: str
    similarity: float | None
    stands_for: str


class Judge:
    """Goes through all sightings of some components in precedence.

    A document of another family that stayed earlier in the same component makes it leave as a
    duplicate. Inside a family the relation judges: a made document that adds leaves when it is
    too close to an earlier relative. Documents that left for their own family's sake still judge
    other families: they were seen.
    """

    def __init__(
        self, texts: Mapping[int, Text], links: Links, roots: Int64s, dedup: DedupProfile
    ) -> None:
        self._texts = texts
        self._roots = roots
        self._dedup = dedup
        self._foreign = _by_text(links.foreign)
        self._kin = _by_text(links.kin)
        self._judges: dict[int, list[Sighting]] = defaultdict(list)
        self._relatives: dict[tuple[int, str], list[Sighting]] = defaultdict(list)
        self.verdicts: dict[str, Verdict] = {}

    def run(self) -> dict[str, Verdict]:
        """Verdicts on the documents that leave, of this batch and of earlier ones."""
        pairs = ((item, text) for text in self._texts.values() for item in text.sightings)
        for sighting, text in sorted(pairs, key=lambda pair: pair[0].place):
            verdict = self._duplicate(sighting, text)
            if verdict is None:
                self._judges[self._component(text)].append(sighting)
                verdict = self._too_close(sighting, text)
            if verdict is None or verdict.drop_reason != "too_close_to_family":
                for key in sighting.family:
                    self._relatives[text.number, key].append(sighting)
            if verdict is not None:
                self.verdicts[sighting.doc_id] = verdict
        return self.verdicts

    def _component(self, text: Text) -> int:
        return int(self._roots[text.number])

    def _duplicate(self, sighting: Sighting, text: Text) -> Verdict | None:
        judges = self._judges[self._component(text)]
        rival = next((item for item in judges if not item.is_kin(sighting)), None)
        found = list(self._neighbours(sighting, text)) if rival else []
        if rival is None or not found:  # kin of all its neighbours, through several roots
            return None
        before = [pair for pair in found if pair[0].place < sighting.place]
        neighbour, similarity = min(
            before or found, key=lambda pair: (pair[1] is not EXACT, pair[0].place)
        )
        if similarity is EXACT:
            return verdict_of("exact_duplicate", EXACT, FIRST_STAYS, neighbour, rival)
        reason, limit = rule_of(similarity, self._dedup)
        return verdict_of(reason, similarity, limit, neighbour, rival)

    def _neighbours(self, sighting: Sighting, text: Text) -> Iterator[tuple[Sighting, Similarity]]:
        """The first document of another family in its own text and in each verified text."""
        for number, similarity in [(text.number, EXACT), *self._foreign[text.number]]:
            others = self._texts[number].sightings
            first = next((item for item in others if not item.is_kin(sighting)), None)
            if first is not None:
                yield first, similarity

    def _too_close(self, sighting: Sighting, text: Text) -> Verdict | None:
        if not sighting.made or sighting.relation in REPLACING:
            return None
        relatives = [
            (similarity, relative)
            for number, similarity in [(text.number, EXACT), *self._kin[text.number]]
            for key in sorted(sighting.family)
            for relative in self._relatives.get((number, key), [])
        ]
        if not relatives:
            return None
        similarity, closest = min(relatives, key=lambda pair: (-pair[0].value, pair[1].place))
        limit = limit_of(similarity, self._dedup.family_threshold)
        return verdict_of("too_close_to_family", similarity, limit, closest, closest)


def superseded(
    children: Iterable[tuple[str, list[str]]], own: set[str], left: set[str]
) -> dict[str, Verdict]:
    """Parents that leave for a child that stayed.

    `children` are doc_id and parent_ids of the documents whose relation replaces, in precedence;
    `own` are the ids of this batch (what was published before stays), `left` those of the
    documents that leave as duplicates.
    """
    verdicts: dict[str, Verdict] = {}
    for child, parents in children:
        if child in left and child not in verdicts:
            continue
        for parent in own.intersection(parents) - left:
            verdicts.setdefault(parent, _superseded(child))
    return verdicts


FIRST_STAYS = "first seen stays"


def rule_of(similarity: Similarity, dedup: DedupProfile) -> tuple[str, str]:
    """Reason and limit of a document that leaves for one of another family."""
    if similarity.by_meaning and dedup.semantic is not None:
        return "semantic_duplicate", f"cosine < {dedup.semantic.threshold}"
    return "near_duplicate", limit_of(similarity, dedup.threshold)


def limit_of(similarity: Similarity, threshold: float) -> str:
    if similarity.exact:
        return f"jaccard < {threshold}"
    return f"jaccard < {threshold}, estimated: the earlier text is not available any more"


def verdict_of(
    reason: str, similarity: Similarity, limit: str, neighbour: Sighting, stands_for: Sighting
) -> Verdict:
    return Verdict(
        drop_reason=reason,
        drop_value=f"{similarity.value:.4f}",
        drop_limit=limit,
        duplicate_of=neighbour.doc_id,
        similarity=similarity.value,
        stands_for=stands_for.doc_id,
    )


def same_page(version: Sighting, stands_for: str) -> Verdict:
    """On a page of which another version was judged before."""
    page = version.doc_id
    return Verdict("same_page", page, "one version of a page", page, None, stands_for)


def _superseded(child: str) -> Verdict:
    return Verdict("superseded_by", child, "no child that replaces it", child, None, child)


def _by_text(
    links: Mapping[tuple[int, int], Similarity],
) -> dict[int, list[tuple[int, Similarity]]]:
    found: dict[int, list[tuple[int, Similarity]]] = defaultdict(list)
    for (one, other), similarity in links.items():
        found[one].append((other, similarity))
        found[other].append((one, similarity))
    return found
