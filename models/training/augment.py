"""Other ways to type a row: what people do to hide words, what phones do to them, and what surrounds them.

Every row gets a few variants once, from a fixed seed; the normaliser then reads them as it will read posts.
"""

import random
import re

LEET_OF = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7"}
LOOKALIKE_OF = {"a": "аɑ", "c": "с", "e": "е", "i": "іı", "o": "оο", "p": "р", "s": "ѕ", "x": "х", "y": "у", "d": "ԁ", "h": "һ", "j": "ј"}
INVISIBLE = "\u200b\u200c\u2060\u00ad"
NEAR = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl",
    "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb",
    "w": "qe", "x": "zc", "y": "tu", "z": "x",
}


def words_of(text: str, rng: random.Random, share: float, change) -> str:
    """Changes some of the longer words."""
    def maybe(match: re.Match) -> str:
        return change(match.group(), rng) if rng.random() < share else match.group()
    return re.sub(r"[A-Za-z]{3,}", maybe, text)


def leet(word: str, rng: random.Random) -> str:
    return "".join(rng.choice(LEET_OF[c]) if c in LEET_OF and rng.random() < 0.7 else c for c in word.lower())


def lookalike(word: str, rng: random.Random) -> str:
    return "".join(rng.choice(LOOKALIKE_OF[c]) if c in LOOKALIKE_OF and rng.random() < 0.6 else c for c in word.lower())


def spaced(word: str, rng: random.Random) -> str:
    return rng.choice(" .-_*").join(word)


def invisible(word: str, rng: random.Random) -> str:
    return rng.choice(INVISIBLE).join(word)


def masked(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word))
    return word[:at] + rng.choice("*#_") + word[at + 1:]


def stretched(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word))
    return word[:at] + word[at] * rng.randint(2, 4) + word[at + 1:]


def typo(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2:]
    if kind == 1:
        return word[:at] + word[at + 1:]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice(NEAR.get(word[at].lower(), word[at])) + word[at + 1:]


DISGUISES = (leet, lookalike, spaced, invisible, masked, stretched)


def disguise(text: str, rng: random.Random) -> str:
    return words_of(text, rng, rng.choice((0.15, 0.3, 0.8)), rng.choice(DISGUISES))


def mistype(text: str, rng: random.Random) -> str:
    return words_of(text, rng, 0.12, typo)


def flatten(text: str, rng: random.Random) -> str:
    """As typed in a hurry: no capitals, few stops."""
    text = re.sub(r"[.,;:!?]+", lambda _: rng.choice(("", "", " ", "..")), text.lower())
    return words_of(text, rng, 0.04, typo)



def bury(text: str, everyday: list[str], rng: random.Random) -> str:
    """In the midst of everyday talk, which changes no label."""
    around = [rng.choice(everyday) for _ in range(rng.randint(1, 3))]
    around.insert(rng.randint(0, len(around)), text)
    return rng.choice((" ", "\n", "\n\n")).join(around)


def variants(text: str, everyday: list[str], rng: random.Random) -> list[str]:
    """A disguised one, a mistyped one, a flat one and a buried one."""
    buried = bury(text, everyday, rng)
    return [disguise(text, rng), mistype(text, rng), flatten(text, rng), flatten(buried, rng) if rng.random() < 0.4 else buried]
