"""Small texts in several languages, and a short way to ask a gate."""

from synth_assets.generation.gates.gate import Gate, Generated

SOURCE = (
    "Water boils at one hundred degrees at sea level, and at less on a mountain, since the air "
    "there weighs less upon it. Cooks in the mountains boil their eggs for longer."
)
GOOD = (
    "## When does water boil?\n\nIt boils at one hundred degrees where the sea is near.\n\n"
    "## Why do eggs take longer on a mountain?\n\nThere the air is light and water boils early."
)

PARAGRAPHS = {
    "eng_Latn": "The museum opens at nine in the morning and closes when the sun goes down. "
    "Visitors may leave their bags at the entrance, where somebody keeps them until the evening. "
    "On the first floor there are paintings of the harbour, made by people who worked in it.",
    "cat_Latn": "El museu obre a les nou del matí i tanca quan es pon el sol. Els visitants poden "
    "deixar les bosses a l'entrada, on algú les guarda fins al vespre. Al primer pis hi ha quadres "
    "del port, fets per la gent que hi treballava.",
    "deu_Latn": "Das Museum öffnet um neun Uhr morgens und schließt, wenn die Sonne untergeht. Die "
    "Besucher können ihre Taschen am Eingang lassen, wo jemand bis zum Abend auf sie aufpasst. Im "
    "ersten Stock hängen Bilder vom Hafen, gemalt von Leuten, die dort arbeiteten.",
    "rus_Cyrl": "Музей открывается в девять часов утра и закрывается, когда заходит солнце. "
    "Посетители могут оставить сумки у входа, где за ними присматривают до вечера. На первом этаже "
    "висят картины порта, написанные людьми, которые в нём работали.",
    "zho_Hans": "博物馆早上九点开门，太阳落山时关门。参观者可以把包放在入口处，有人会一直"
    "看管到晚上。一楼挂着港口的画，是在那里工作的人画的。馆里还有一间小图书室，收藏着关于海洋和船只的旧书，"
    "孩子们可以坐在窗边阅读，也可以向老水手打听他们年轻时去过的地方和见过的风暴。",
    "hin_Deva": "संग्रहालय सुबह नौ बजे खुलता है और सूरज डूबने पर बंद हो जाता है। आगंतुक अपने थैले प्रवेश द्वार पर "
    "छोड़ सकते हैं, जहाँ कोई शाम तक उनकी देखभाल करता है। पहली मंज़िल पर बंदरगाह के चित्र हैं, जिन्हें वहाँ काम "
    "करने वाले लोगों ने बनाया था।",
    "hau_Latn": "Gidan kayan tarihi yana buɗewa da ƙarfe tara na safe kuma yana rufewa idan rana "
    "ta faɗi. Baƙi suna iya barin jakunkunansu a ƙofar shiga, inda wani yake kula da su har yamma. "
    "A hawa na farko akwai zane-zanen tashar jirgin ruwa.",
}


def fault(gate: Gate, text: str, source: str = SOURCE, **known: object) -> str | None:
    """The measured value of what the gate found; it must bear the gate's name."""
    found = gate(Generated(source, text, **known))  # type: ignore[arg-type]
    assert found is None or found.gate == gate.name
    return found.value if found else None
