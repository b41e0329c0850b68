"""The sample's own texts (CC0-1.0), written for it, and its notices; used by make_sample.py."""

import base64
from dataclasses import dataclass

LATIN_1_UNDER_AN_UNKNOWN_NAME = "<html><body><main><p>{}</p></main></body></html>".format(
    "Això és una pàgina el joc de caràcters de la qual ningú no coneix. " * 8
).encode("latin-1")

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)

LOREM = (
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut "
    "labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco "
    "laboris nisi ut aliquip ex ea commodo consequat. Duis aute irure dolor in reprehenderit in "
    "voluptate velit esse cillum dolore eu fugiat nulla pariatur. Excepteur sint occaecat "
    "cupidatat non proident, sunt in culpa qui officia deserunt mollit anim id est laborum. "
)


@dataclass(frozen=True)
class OwnPage:
    """A page of ours under https://pages.synth-assets.example/, each there for one rule."""

    name: str
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: str = "200 OK"


def _page(title: str, *blocks: str) -> bytes:
    body = "\n".join(blocks)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><title>{title}</title></head>\n'
        f"<body><main>\n<h1>{title}</h1>\n{body}\n</main></body></html>\n"
    ).encode()


def _paragraphs(*texts: str) -> str:
    return "\n".join(f"<p>{text}</p>" for text in texts)


OWN_PAGES = [
    OwnPage("too-short.html", _page("Note", _paragraphs("This page is being written."))),
    OwnPage("under-construction.html", _page("Soon", _paragraphs("Come back in a week or two."))),
    OwnPage(
        "links.html",
        _page(
            "All pages",
            "<ol>"
            + "".join(f'<li><a href="/{n}.html">Section {n}</a></li>' for n in range(1, 81))
            + "</ol>",
        ),
    ),
    OwnPage("lorem.html", _page("Placeholder", _paragraphs(LOREM, LOREM[:300], LOREM[50:]))),
    OwnPage(
        "repeated.html",
        _page(
            "Offers",
            _paragraphs(
                *["Order today and you will have it with you by the end of the week."] * 25
            ),
        ),
    ),
    OwnPage(
        "numbers.html",
        _page(
            "Readings",
            _paragraphs(*(f"{n} | {n * 37 % 101} | {n * 53 % 97} # {n}" for n in range(1, 90))),
        ),
    ),
    OwnPage("empty.html", b"<!DOCTYPE html>\n<html><head><title>Empty</title></head></html>\n"),
    OwnPage(
        "unknown-charset.html",
        LATIN_1_UNDER_AN_UNKNOWN_NAME,
        content_type="text/html; charset=x-nobody-knows",
    ),
    OwnPage("pixel.png", PIXEL, content_type="image/png"),
    OwnPage(
        "gone.html",
        _page("Not found", _paragraphs("There is no such page.")),
        status="404 Not Found",
    ),
]

_HOME = "https://pages.synth-assets.example/notes"

JSONL_TEXTS = [
    {
        "text": """# Reading a tide table

A tide table lists, for one harbour and for every day, the times of high and low water and the \
height that the sea will reach. Most coasts have two high waters and two low waters a day, a \
little more than six hours apart, so that each of them comes about fifty minutes later on the \
following day.

The heights are given above a fixed level, which is called the chart datum. The depth that is \
printed on a nautical chart counts from the same level. To know how much water there is over a \
rock, add the height of the tide to the depth on the chart.

Around new moon and full moon the range between high and low water is large; these are the spring \
tides. Around the half moons it is small, and these are the neap tides. Wind and air pressure are \
not in the table: a strong wind towards the land can raise the water well above the predicted \
height.
""",
        "url": f"{_HOME}/tide-table",
        "title": "Reading a tide table",
        "lang": "en",
        "license": "CC0-1.0",
    },
    {
        "text": """# Looking after a sourdough starter

A sourdough starter is a mixture of flour and water in which yeasts and lactic acid bacteria live \
together. The yeasts make the gas that lifts the dough, and the bacteria make the acids that give \
the bread its taste and keep moulds away.

Feed the starter by keeping a spoonful of it and adding equal weights of flour and water. At room \
temperature it rises within four to eight hours, reaches its highest point and then falls again. \
It is ready for baking when it has doubled and the surface is full of small bubbles.

In a refrigerator the starter sleeps and needs to be fed only once a week. If a grey liquid \
gathers on top, it is hungry: pour the liquid off or stir it in, and feed it twice before baking. \
A pink or orange colour means that it has gone bad and must be thrown away.
""",
        "url": f"{_HOME}/sourdough-starter",
        "title": "Looking after a sourdough starter",
        "lang": "en",
        "license": "CC0-1.0",
    },
    {
        "text": """# Com s'orienta un rellotge de sol

Un rellotge de sol mostra l'hora amb l'ombra d'una vareta, que s'anomena gnòmon. Perquè funcioni \
durant tot l'any, la vareta ha de ser paral·lela a l'eix de la Terra: ha d'apuntar cap al nord i \
ha de formar amb el terra un angle igual a la latitud del lloc.

Al migdia solar l'ombra cau exactament cap al nord, i les línies de les hores es reparteixen a \
banda i banda d'aquesta direcció. L'hora que marca el rellotge no és la del rellotge de polsera, \
perquè la nostra hora és la mateixa per a tot un país i, a més, s'avança a l'estiu.

També hi ha una diferència que canvia amb les estacions. La Terra no es mou sempre a la mateixa \
velocitat al voltant del Sol, i per això el rellotge de sol pot anar fins a un quart d'hora \
avançat o endarrerit. Molts rellotges antics porten una taula per corregir-ho.
""",
        "url": f"{_HOME}/rellotge-de-sol",
        "title": "Com s'orienta un rellotge de sol",
        "lang": "ca",
        "license": "CC0-1.0",
    },
]

NOTICE = """# The bundled sample: sources and licences

Built by `deploy/make_sample.py` of this project's source repository. Every record keeps the
address of its page; `ingest.licenses` of the default profile gives each document its licence by
that address.

## pages.warc.gz

**{core} English pages and {foreign} pages in other languages ({languages}, chosen for length)** of
the LibreOffice help 7.4.7, from Debian's packages `libreoffice-help-*` 4:7.4.7-1+deb12u14.
Addresses: `https://help.libreoffice.org/7.4/...`. Copyright the LibreOffice contributors. Licence:
Mozilla Public License 2.0, <https://www.mozilla.org/MPL/2.0/>, the main licence in Debian's
copyright file. The pages' HTML is unchanged, and it is their source form; the HTTP headers were
made anew.

**{edited} edited versions** of pages among these, made to be found as near-duplicates. Licence:
MPL-2.0. Changed by this project: the address says 7.5, the date is later, in up to three paragraphs
one word was replaced ("can" by "may", "following" by "next", "Choose" by "Select"), and one
paragraph got the sentence "This page was reviewed for the new release." They are not pages of
LibreOffice 7.5:

{edited_urls}

**{recrawled} exact recrawls**: the same pages again, unchanged, under a later `WARC-Date`.

**One damaged record** after the first {damaged_after} pages: a recrawl of the first page whose
compressed bytes were overwritten in the middle on purpose.

**{own} pages of our own** under `https://pages.synth-assets.example/` (a reserved domain), each
there to be dropped by one rule: too short, a list of links, a placeholder text, repeated lines,
numbers, no text, an unknown charset, an image, a page that is gone. Licence: CC0-1.0.

## handbook.warc.gz

**{handbook} pages of The Debian Administrator's Handbook** by Raphaël Hertzog, Roland Mas and the
translators (Catalan, English, Spanish), from Debian's package `debian-handbook` 11.20220922; HTML
unchanged, HTTP headers made anew. Licence: Creative Commons Attribution-ShareAlike 3.0,
<https://creativecommons.org/licenses/by-sa/3.0/>, or GNU General Public License version 2 or later.
They stand in a file of their own because these licences pass on to what is made from the text:

{handbook_urls}

## extra.jsonl

{jsonl} short texts of our own that show JSONL input. Licence: CC0-1.0.
"""

TOKENIZER_README = """# The bundled tokenizer

Byte-level BPE with {tokens:,} tokens in Hugging Face `tokenizers` format, trained by
`deploy/make_sample.py` on the main text of {texts} documents of the bundled sample: the LibreOffice
help pages (MPL-2.0) and our own texts (CC0-1.0); the handbook's pages are not in it.

- End of text: `{eos}` (id 0), the only special token. No text is ever encoded to it.
- Every byte is in the vocabulary, so that no text is lost; decoding gives the text back.
- Made for the sample and for tests. It knows software documentation in English and a little of
  Catalan, German, Spanish, Basque, French and Galician: other languages and subjects take many more
  tokens. For a corpus of your own set `packing.tokenizer` to the tokenizer of the model that you
  will train.
"""
