"""Mistakes of English, as learners and hasty writers make them."""

import re

from synth_assets.rewriting.grammar.rules import rule, swapped

_VERBS = tuple(
    """
    add allow appear ask become begin belong bring call change close come consist contain
    create define delete depend describe determine display enable exist explain find follow
    get give happen help include insert keep know lead let make mean need offer open produce
    provide read receive refer remain remove replace represent require return run save seem
    send show specify start stop support take tell use want work write
    """.split()  # noqa: SIM905  a table of words is read more easily as text
)


def _third(verb: str) -> str:
    return verb[:-1] + "ies" if verb.endswith("y") and verb[-2] not in "aeiou" else verb + "s"


def _gerund(verb: str) -> str:
    doubled = {"begin", "get", "let", "run", "stop"}
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + "ing"
    return verb + verb[-1] * (verb in doubled) + "ing"


_BASE_OF = {_third(verb): verb for verb in _VERBS}
_BASE_OF_GERUND = {_gerund(verb): verb for verb in _VERBS}
_NOT_PLURAL = re.compile(
    r".*(?:ss|us|is|ous|[aeiou]s(?<!es))$|series$|species$|means$|does$|others$"
)


def _singular(found: re.Match[str]) -> str | None:
    noun = found["noun"]
    if _NOT_PLURAL.match(noun):
        return None
    if noun.endswith("ies"):
        return found["before"] + noun[:-3] + "y"
    short = noun[:-2] if re.search(r"(?:x|ch|sh|ss)es$", noun) else noun[:-1]
    return found["before"] + short


def _base(found: re.Match[str]) -> str | None:
    base = _BASE_OF.get(found["verb"])
    return None if base is None else found["before"] + base


def _base_of_gerund(found: re.Match[str]) -> str | None:
    base = _BASE_OF_GERUND.get(found["verb"])
    return None if base is None else found["before"] + base


_PREPOSITIONS = {
    "in": "on", "on": "in", "at": "in", "for": "to", "from": "of", "by": "with", "into": "in",
    "about": "of", "during": "in", "between": "among", "of": "from", "with": "by", "within": "in",
}  # fmt: skip
_CONFUSED = {
    "their": "there", "there": "their", "then": "than", "than": "then", "its": "it's",
    "it's": "its", "your": "you're", "too": "to", "affect": "effect", "effect": "affect",
    "lose": "loose", "whose": "who's", "where": "were", "whether": "weather", "quite": "quiet",
    "advice": "advise", "accept": "except", "principal": "principle", "passed": "past",
}  # fmt: skip
_ADVERBS = {
    "automatically": "automatic", "easily": "easy", "directly": "direct", "correctly": "correct",
    "manually": "manual", "quickly": "quick", "usually": "usual", "normally": "normal",
    "completely": "complete", "exactly": "exact", "properly": "proper", "really": "real",
    "simply": "simple", "slowly": "slow", "carefully": "careful", "immediately": "immediate",
}  # fmt: skip
_JOINED = {
    "a lot": "alot", "as well": "aswell", "in fact": "infact", "each other": "eachother",
    "at least": "atleast", "no one": "noone", "may be": "maybe", "every day": "everyday",
    "all right": "alright", "in front": "infront", "any more": "anymore", "cannot": "can not",
    "another": "an other", "however": "how ever", "therefore": "there for", "without": "with out",
}  # fmt: skip
_SPELLING = (
    (r"(?<=[a-z])ei(?=[a-z])", "ie"), (r"(?<=[a-z])ie(?=[ftlv])", "ei"), (r"ence\b", "ance"),
    (r"ance\b", "ence"), (r"(?<=[a-z])ible\b", "able"), (r"(?<=[a-z])able\b", "ible"),
    (r"eparat", "eperat"), (r"efinit", "efinat"), (r"ccommod", "ccomod"),
    (r"(?<=[a-z])mm(?=[a-z])", "m"),
    (r"ccur", "cur"), (r"(?<=[a-z])ss(?=[aeiou])", "s"), (r"eive", "ieve"),
    (r"(?<=[dr])ently\b", "antly"),
    (r"guage\b", "gauge"), (r"fully\b", "fuly"), (r"ely\b", "ly"), (r"ough\b", "uogh"),
    (r"ght\b", "gth"), (r"necess", "neccess"),
)  # fmt: skip
_BY_PART = [(re.compile(part), after) for part, after in _SPELLING]


def _misspelt(found: re.Match[str]) -> str | None:
    word = found[0]
    return next((p.sub(after, word, count=1) for p, after in _BY_PART if p.search(word)), None)


RULES = (
    rule("missing_article", "M:DET", 0.08, r"(?<= )(?:the|an?) (?=[a-z])", ""),
    swapped("wrong_article", "R:DET", 0.15, {"a": "an", "an": "a"}),
    rule("needless_article", "U:DET", 0.04, r"(?<=[a-z] )(?:of|for|with) (?=[a-z]+s\b)",
         r"\g<0>the "),
    swapped(
        "agreement",
        "R:VERB:SVA",
        0.1,
        {"is": "are", "are": "is", "was": "were", "were": "was", "has": "have", "does": "do"},
    ),
    rule(
        "third_person",
        "R:VERB:SVA",
        0.3,
        r"\b(?P<before>(?:[Ii]t|[Hh]e|[Ss]he|[Tt]his|that|which|who) )(?P<verb>[a-z]+s)\b",
        _base,
    ),
    rule(
        "verb_form",
        "R:VERB:FORM",
        0.2,
        r"\b(?P<before>(?:by|for|of|without|before|after|when|while) )(?P<verb>[a-z]+ing)\b",
        _base_of_gerund,
    ),
    rule(
        "noun_number",
        "R:NOUN:NUM",
        0.3,
        r"\b(?P<before>(?:[Tt]hese|[Tt]hose|[Mm]any|[Ss]everal|few|both|various|two|three|four|five"
        r"|different) )(?P<noun>[a-z]{3,}s)\b",
        _singular,
    ),
    swapped("preposition", "R:PREP", 0.05, _PREPOSITIONS),
    rule("infinitive", "R:VERB:FORM", 0.08, rf"(?<=\bto )(?:{'|'.join(_VERBS)})\b",
         lambda found: _gerund(found[0])),
    swapped("confused_words", "R:SPELL", 0.25, _CONFUSED),
    swapped("adverb", "R:ADV", 0.25, _ADVERBS),
    swapped("joined_words", "R:ORTH", 0.25, _JOINED),
    rule("spelling", "R:SPELL", 0.12, r"\b[a-z]{6,}\b", _misspelt),
    rule("doubled_word", "U:OTHER", 0.01, r"(?<= )(?:the|of|to|in|and|is)(?= [a-z])",
         r"\g<0> \g<0>"),
    rule("missing_comma", "M:PUNCT", 0.25,
         r"(?<=[a-z]),(?= (?:you|it|they|we|this|the|which|but|so|then)\b)", ""),
    rule("apostrophe", "R:NOUN:POSS", 0.3, r"(?<=[a-z])['’](?=s\b|t\b)", ""),
    rule("capital", "R:ORTH", 0.08, r"(?<=[a-z][.!?] )[A-Z](?=[a-z]+ [a-z])",
         lambda found: found[0].lower()),
    rule("word_order", "R:WO", 0.3,
         r"\b(is|are|can|will|may|must) (also|always|often|usually|automatically|only|still)\b",
         r"\2 \1"),
)  # fmt: skip
"""Rates are ours: together they spoil about one word in thirty of documentation."""
