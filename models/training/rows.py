"""Rows to learn from: the corpus and public text, in one shape, with what their labels really support."""

import gzip
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

ATTRIBUTIONS = (
    "dangerousness", "blame", "social_distance", "coercion", "resentment", "pity_incompetence", "trivialisation",
    "diagnosis_insult", "treatment_stigma", "suicide_stigma", "addiction_stigma", "minimising", "hopeless_or_fake", "norms",
)

#: Neighbours of the corpus are minimal pairs; they stay together when rows are held out.
BLOCK = 25


@dataclass
class Row:
    """One text with its labels; `None` where nobody says."""

    text: str
    parent: str | None
    #: Whether the crisis level is at least 1, 2, 3.
    crisis: tuple[int | None, int | None, int | None]
    harassment: int | None
    stigma: int | None
    attribution: str | None
    functionality: str | None
    source: str
    lang: str = "en"
    id: str = ""
    held_out: bool = False
    meta: dict = field(default_factory=dict)


def thresholds(level: int | None, bounds: list[int] | None = None) -> tuple[int | None, int | None, int | None]:
    """What a level, or the range that a source's label supports, says of each threshold."""
    low, high = (level, level) if bounds is None else bounds
    if low is None or level is None:
        return (None, None, None)
    return tuple(1 if low >= t else 0 if high < t else None for t in (1, 2, 3))


def corpus(path: Path, held_out_share: float = 0.0) -> list[Row]:
    """The project's own rows; whole blocks of neighbours are held out, chosen by a hash."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        raw = json.loads(line)
        labels = raw["labels"]
        digest = hashlib.sha256(f"held-out/{number // BLOCK}".encode()).digest()
        rows.append(Row(
            raw["text"], raw["context"], thresholds(labels["crisis"]), labels["harassment"], labels["stigma"],
            raw["stigma_attribution"], raw["functionality"], "corpus", raw["lang"], raw["id"],
            held_out=digest[0] < held_out_share * 256, meta={"level": labels["crisis"]},
        ))
    return rows


def public(path: Path) -> list[Row]:
    """A file of public rows; the name of the file is the source."""
    rows = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for raw in map(json.loads, lines):
            labels, meta = raw["labels"], raw["meta"]
            rows.append(Row(
                raw["text"], meta.get("context") if isinstance(meta.get("context"), str) else None,
                thresholds(labels["crisis"], meta.get("crisis_range")), labels["harassment"], labels["stigma"],
                None, None, path.name.removesuffix(".jsonl.gz"), id=str(raw["id"]), meta=meta | {"level": labels["crisis"]},
            ))
    return rows


def open_text(folder: Path) -> dict[str, list[Row]]:
    """Public rows with an open licence, by source."""
    files = sorted(folder.glob("*.jsonl.gz"))
    return {path.name.removesuffix(".jsonl.gz"): public(path) for path in files}
