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
    #: Public text that was labelled for us, by the code book.
    labelled: bool = False
    #: Places among crisis 1, 2, 3, harassment, stigma whose 0 nobody gave.
    assumed: list[int] = field(default_factory=list)
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
    """Public rows, by source."""
    files = sorted(folder.glob("*.jsonl.gz"))
    return {path.name.removesuffix(".jsonl.gz"): public(path) for path in files}


def relabel(sources: dict[str, list[Row]], labels: Path) -> dict[str, list[Row]]:
    """Puts our labels by the code book on public rows, and takes those rows out of their sources.

    Gives the rows so labelled, by source. What stays behind and has no label of crisis or stigma from its
    source is all but sure to show neither where it attacks nobody: among the labelled rows, which were
    those that a model found likeliest to, not one in a hundred did. They get a 0 that is marked as assumed.
    """
    ours = {}
    for line in labels.read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        ours[raw["source"], raw["id"]] = raw
    labelled: dict[str, list[Row]] = {}
    for name, rows in sources.items():
        kept = []
        for row in rows:
            label = ours.get((name, row.id))
            if label is None:
                kept.append(assume(row))
            elif not label["unsure"]:
                row.crisis, row.meta["level"] = thresholds(label["crisis"]), label["crisis"]
                row.harassment, row.stigma = label["harassment"], label["stigma"]
                row.labelled = True
                labelled.setdefault(name, []).append(row)
        sources[name] = kept
    return labelled


def assume(row: Row) -> Row:
    """A 0 for what nobody said of a public row that attacks nobody."""
    if row.harassment == 0:
        row.assumed = [at for at, known in enumerate((*row.crisis, None, row.stigma)) if known is None and at != 3]
        row.crisis = tuple(0 if known is None else known for known in row.crisis)
        row.stigma = 0 if row.stigma is None else row.stigma
    return row
