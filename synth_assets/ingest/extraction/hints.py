"""What an element may say of itself: by its tag, and by words of its class, id, role, itemprop."""

NO_ELEMENT, START, END, SKIP = range(4)
"""What a mark does: nothing that lasts, open or close an element, or open what is left out."""

INLINE, ANCHOR, NEW_LINE, RAW = range(4, 8)
"""Marks within a line of text, and elements that are serialised without escapes."""

_DOES = {
    NO_ELEMENT: "col embed frame hr",
    SKIP: "head noscript template svg canvas select option datalist button textarea object audio "
    "video map dialog math frameset nav menu footer",
    INLINE: "abbr acronym area b base bdi bdo big cite code data del dfn em font i img input ins "
    "kbd label link mark meta nobr param picture q rp rt ruby s samp small source span strike "
    "strong sub sup time track tt u var wbr",
    ANCHOR: "a",
    NEW_LINE: "br",
    RAW: "script style iframe noembed noframes xmp",
}
DOES = {name: does for does, names in _DOES.items() for name in names.split()}
"""What the marks of an element do, by its name; all others open and close a block. The text of
those left out is no text of the page, or never its main text."""


class Tag:
    """Bits of what an element stands in by its tags; inherited by all that is in it."""

    NAV = 1 << 0
    ASIDE = 1 << 1
    FOOTER = 1 << 2
    HEADER = 1 << 3
    FORM = 1 << 4
    ARTICLE = 1 << 5
    MAIN = 1 << 6
    LIST = 1 << 7
    TABLE = 1 << 8
    FIGURE = 1 << 9
    QUOTE = 1 << 10
    PRE = 1 << 11


class Hint:
    """Bits of what an element's names say it holds."""

    COMMENT = 1 << 0
    RELATED = 1 << 1
    SOCIAL = 1 << 2
    NAV = 1 << 3
    META = 1 << 4
    CAPTION = 1 << 5
    SIDE = 1 << 6
    HEAD = 1 << 7
    FOOT = 1 << 8
    BODY = 1 << 9


def bits_of(kind: type[Tag] | type[Hint]) -> dict[str, int]:
    """The bits by name, in the order of their values."""
    return {name: value for name, value in vars(kind).items() if name.isupper()}


TAGS = {
    "nav": Tag.NAV,
    "menu": Tag.NAV,
    "aside": Tag.ASIDE,
    "footer": Tag.FOOTER,
    "header": Tag.HEADER,
    "form": Tag.FORM,
    "article": Tag.ARTICLE,
    "main": Tag.MAIN,
    "ul": Tag.LIST,
    "ol": Tag.LIST,
    "dl": Tag.LIST,
    "table": Tag.TABLE,
    "figure": Tag.FIGURE,
    "figcaption": Tag.FIGURE,
    "blockquote": Tag.QUOTE,
    "pre": Tag.PRE,
}

ROLES = {
    "navigation": Tag.NAV,
    "complementary": Tag.ASIDE,
    "contentinfo": Tag.FOOTER,
    "banner": Tag.HEADER,
    "search": Tag.FORM,
    "article": Tag.ARTICLE,
    "main": Tag.MAIN,
}

_WORDS = {
    Hint.COMMENT: "comment comments commentlist commenting disqus reply replies respond response "
    "responses discuss discussion livefyre kommentare comentarios commentaires feedback",
    Hint.RELATED: "related relate recommend recommended recommendation recommendations promo "
    "promos promotion sponsor sponsored outbrain taboola popular trending teaser teasers ad ads "
    "adv advert advertisement advertising banner newsletter subscribe subscription signup mostread "
    "also recirc upsell partner partners latest recent suggested suggestions similar readmore more "
    "next prev previous further cta marketing offer offers donate donation highlights",
    Hint.SOCIAL: "share sharing shares sharebar social follow tweet twitter facebook addthis fb "
    "whatsapp linkedin pinterest instagram addtoany sharedaddy bookmarks",
    Hint.NAV: "nav navi navbar docnav navigation menu submenu breadcrumb breadcrumbs crumb crumbs "
    "pager pagination paging toolbar toc login search widget widgets cookie cookies consent gdpr "
    "modal popup overlay skip dropdown tabs tab topbar button buttons btn actions action jump "
    "language lang languages account",
    Hint.META: "meta metadata byline bylines author authors date dates dateline timestamp time "
    "published pubdate updated tag tags category categories topics keywords bio credit credits "
    "copyright legal disclaimer license rating print terms postmeta postmetadata kicker info views "
    "stats",
    Hint.CAPTION: "caption captions gallery slide slider slideshow carousel photo image images "
    "thumb thumbnail media video player figure lightbox",
    Hint.SIDE: "side sidebar rail right aside column complementary secondary",
    Hint.HEAD: "head header headline masthead top hero title",
    Hint.FOOT: "foot footer bottom footnote",
    Hint.BODY: "article articlebody articletext content contents maincontent entry post story "
    "storytext body bodytext main text prose paragraph richtext copy single",
}
HINTS = {
    word: sum(hint for hint, words in _WORDS.items() if word in words.split())
    for word in " ".join(_WORDS.values()).split()
}

MAX_WORD = max(map(len, HINTS))
"""Letters of the longest of these words."""
