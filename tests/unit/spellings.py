"""How people and banks spell a name or a number: other width, case, blanks and dashes, and signs that nobody sees."""

from random import Random

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
DASHES = ("-", " ", " - ", "\u2011", "\u2013", "\u2212", "\uff0d", "\u00a0")
UNSEEN = ("\u200b", "\ufeff", "\u00ad", "\u200f")


def spellings(text: str, seed: int) -> str:
    """One of many spellings of a text."""
    random = Random(seed)
    spelled = "".join(random.choice(DASHES) if sign == "-" else sign for sign in text)
    spelled = random.choice((str, str.lower, str.upper))(spelled)
    if random.random() < 0.3:
        spelled = spelled.translate(WIDE)
    if random.random() < 0.3:
        place = random.randrange(len(spelled) + 1)
        spelled = spelled[:place] + random.choice(UNSEEN) + spelled[place:]
    return random.choice(("", " ", "\u3000")) + spelled + random.choice(("", "  ", "\t"))
