"""Texts to token ids, by way of the pipeline's own normaliser and the trunk's own tokeniser."""

import functools
import json
import os
import subprocess
from pathlib import Path

from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parents[2]
CLS, SEP = 101, 102
#: Tokens of a text that are read at once; longer posts are read in windows.
WINDOW = 192
#: Tokens of the parent post that are read beside a reply.
PARENT = 64


@functools.cache
def normaliser() -> Path:
    """The pipeline's normaliser as a program (`classifiers/examples/normalise.rs`), built once a run."""
    subprocess.run(
        ["cargo", "build", "--quiet", "--package", "holdfast-classifiers", "--example", "normalise"], check=True, cwd=ROOT
    )
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "debug/examples/normalise"


def normalise(texts: list[str]) -> list[str]:
    """Reads texts as the pipeline does."""
    command = [normaliser()]
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True, cwd=ROOT)
    normalised = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(normalised) == len(texts)
    return normalised


class Reader:
    """The trunk's tokeniser, told neither to pad nor to cut."""

    def __init__(self, trunk: Path):
        self.tokenizer = Tokenizer.from_file(str(trunk / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()

    def pieces(self, texts: list[str]) -> list[list[int]]:
        return [encoded.ids for encoded in self.tokenizer.encode_batch(texts, add_special_tokens=False)]


def segments(pieces: list[int], parent: list[int] | None, start: int = 0) -> tuple[list[int], int]:
    """The ids that the encoder reads, and where the second segment begins."""
    ids = [CLS, *pieces[start:start + WINDOW - 2], SEP]
    first = len(ids)
    if parent:
        ids += [*parent[:PARENT - 1], SEP]
    return ids, first


def windows(pieces: list[int]) -> list[int]:
    """Where the windows over a text begin: each shares a third with the one before."""
    room = WINDOW - 2
    step = room - room // 3
    return [0] + [start for start in range(step, max(len(pieces) - room // 3, 1), step)]
