"""Pages of this project's own: what the explorer must show, find and not run."""

GARDEN = """# Keeping a garden by the sea

## What does salt do to the soil?

Salt draws water out of roots, and a bed that was watered by a storm tide stays poor for a year.
Fresh rain washes the salt down, so a gardener by the sea waits for the winter before planting, and
covers the beds with straw that keeps the crust from forming in a dry spring.

## Which plants stand the wind?

Sea kale, thrift and tamarisk bend and do not break. Behind a hedge of tamarisk the wind is half as
strong, and beans and potatoes grow there as they do inland. A wall is worse than a hedge, because
the wind falls over it and turns round behind it, and lays the rows flat.

## When should you water?

Water in the evening, when the land breeze has not yet begun and the leaves are still warm. You can
write to the gardener at rosa@garden.example with any question about the tides, or ring the office
in the morning, when somebody is there to answer it and to look it up in the book of tides.
"""

HOSTILE = """<script>document.title = "taken"</script> and <b onmouseover="alert(1)">bold</b>

This page was written to see whether a reader of corpora can be made to run what the page says. It
has enough words to be a document of its own, and it says in so many of them that a text from the
web is never to be trusted, whatever it is that the text says about itself or about the reader. The
words "alert", "onerror" and "javascript" stand in it so that they can be found, and nothing else.
"""

SHORT = "Too short a page to be kept: the tide is out, and nobody is there."

CHINESE = "東京都庁の展望室は無料で開放されている。海辺の庭には風に強い植物を植える。" * 12

THAI = "สวนริมทะเลต้องการพืชที่ทนลมและเกลือ ชาวสวนรดน้ำในตอนเย็น " * 12

PAGES = [
    {"url": "https://garden.example/sea", "title": "A garden by the sea", "text": GARDEN},
    {"url": "javascript:alert(1)", "title": "<i>Hostile</i>", "text": HOSTILE},
    {"url": "https://garden.example/short", "title": "Short", "text": SHORT},
    {"url": "https://garden.example/tokyo", "title": "東京", "text": CHINESE},
    {"url": "https://garden.example/thai", "title": "สวน", "text": THAI},
]
