"""Mistakes of Catalan: marks left out or the wrong way, apostrophes and contractions not made,
and what writers carry over from Spanish."""

import re
import unicodedata

from synth_assets.rewriting.grammar.rules import rule, swapped

_VOWEL = "aeiouàèéíòóúïü"
_MARKED = "àèéíòóúïü"
_PLAIN = str.maketrans(_MARKED + _MARKED.upper(), "aeeioouiuAEEIOOUIU")
_OTHER_WAY = str.maketrans("èéòóÈÉÒÓ", "éèóòÉÈÓÒ")
_WORD = rf"\b[a-z{_MARKED}A-Z{_MARKED.upper()}][a-zçñ·{_MARKED}]+\b"

_CALQUES = {
    "doncs": "pues", "fins": "hasta", "llavors": "entonces", "gairebé": "casi", "segell": "sello",
    "mentre": "mentres", "aleshores": "entonces", "quelcom": "algo", "vaixell": "barco",
}  # fmt: skip
_DUTY = {
    "heu de": "teniu que", "ha de": "té que", "han de": "tenen que", "hem de": "tenim que",
    "has de": "tens que", "cal que": "hi ha que", "s'ha de": "es té que",
}  # fmt: skip
_CONTRACTED = {
    "del": "de el", "dels": "de els", "al": "a el", "als": "a els", "pel": "per el",
    "pels": "per els",
}  # fmt: skip
_SPELT = {
    "hi ha": "hi a", "perquè": "per que", "sinó": "si no", "si no": "sinó",
    "també": "tanbé", "sobretot": "sobre tot", "potser": "pot ser", "gràcies": "gracies",
    "haver": "aver", "alhora": "a l'hora",
}  # fmt: skip


def _is_marked(word: str) -> bool:
    return any(letter in _MARKED for letter in unicodedata.normalize("NFC", word.lower()))


def _unmarked(found: re.Match[str]) -> str | None:
    return found[0].translate(_PLAIN) if _is_marked(found[0]) else None


def _marked_wrong(found: re.Match[str]) -> str | None:
    turned = found[0].translate(_OTHER_WAY)
    return turned if turned != found[0] else None


def _without_elision(found: re.Match[str]) -> str:
    """`l'` may stand for either article: the one that fits the noun's likeliest gender."""
    letter, noun = found["letter"].lower(), found["noun"]
    full = {"d": "de", "s": "se", "n": "ne", "m": "me", "t": "te"}.get(letter)
    if full is None:
        full = "la" if re.search(r"(?:a|ó|tat|tud|ió)$", noun) else "el"
    full = full.capitalize() if found["letter"].isupper() else full
    return f"{full} {noun}"


def _b_for_v(found: re.Match[str]) -> str:
    return re.sub("[bv]", lambda one: "b" if one[0] == "v" else "v", found[0], count=1)


RULES = (
    rule("missing_mark", "R:DIAC", 0.12, _WORD, _unmarked),
    rule("wrong_mark", "R:DIAC", 0.08, _WORD, _marked_wrong),
    rule("elision", "R:ORTH", 0.12,
         rf"\b(?P<letter>[LlDdSsNnMmTt])['’](?P<noun>h?[{_VOWEL}]\w*)", _without_elision),
    swapped("contraction", "R:CONTR", 0.08, _CONTRACTED),
    rule("per_a", "M:PREP", 0.25, r"\b(per) a(?= (?:el|la|les|un|una|cada|que|qui)\b)", r"\1"),
    rule("lo_neuter", "R:DET", 0.3, r"\bel(?= (?:que|més|mateix)\b)", "lo"),
    rule("hyphen", "R:ORTH", 0.2, r"(?<=[rtneau])-(?=(?:lo|la|los|les|se|ho|hi|ne|li|vos)\b)", " "),
    swapped("calque", "R:LEX", 0.3, _CALQUES),
    swapped("duty", "R:VERB", 0.3, _DUTY),
    rule("ny", "R:SPELL", 0.2, r"(?<=[a-z])ny(?=[aeio])", "ñ"),
    rule("double_l", "R:SPELL", 0.3, r"(?<=[a-z])l[·.]l(?=[a-zàèéíòóú])", "l"),
    rule("single_s", "R:SPELL", 0.12, rf"(?<=[{_VOWEL}])ss(?=[{_VOWEL}])", "s"),
    rule("b_v", "R:SPELL", 0.25, r"\b(?:canvi|trobar|haver|mòbil|provar|avui|govern|escriv)\w*",
         _b_for_v),
    swapped("spelling", "R:SPELL", 0.25, _SPELT),
    rule("noun_number", "R:NOUN:NUM", 0.1,
         r"\b(?P<before>(?:[Ee]ls|[Aa]quests|[Uu]ns|[Dd]els|[Dd]os|[Tt]res) )"
         r"(?P<noun>[a-zàèéíòóú]{3,}[rtnlm])s\b", r"\g<before>\g<noun>"),
    rule("gender", "R:DET", 0.04, r"\b([Ll])a(?= [a-zàèéíòóú]{3,}(?:ció|tat|ssió)\b)",
         lambda found: "El" if found[1] == "L" else "el"),
    rule("missing_comma", "M:PUNCT", 0.15,
         rf"(?<=[a-z{_MARKED}]),(?= (?:però|que|perquè|ja que|llavors|aquesta?|el|la|els|les|us|es"
         r"|podeu|cal)\b)", ""),
    rule("capital", "R:ORTH", 0.08, rf"(?<=[a-z{_MARKED}][.!?] )[A-Z](?=[a-z{_MARKED}]+ [a-z])",
         lambda found: found[0].lower()),
)  # fmt: skip
"""Rates are ours, as those of English."""
