"""Trains and releases the models: `./dev train`.

usage: train.py --open FOLDER --version NAME [--public-dev FOLDER] [--seeds N] [--epochs N]

Steps, each kept in `.cache/training` and not done twice: fetch the trunk, read all texts through the
normaliser, teach the encoder once a seed, average the seeds' weights, calibrate on rows held out, release
the encoder, teach and release the linear tier. Deterministic for a machine and thread count.
"""

import argparse
import hashlib
import json
import pickle
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

import augment
import finetune
import quality
import release
import texts
import trunks
from finetune import Example, Settings
from net import Encoder, batch_of
from rows import Row, corpus, open_text, relabel

CORPUS = texts.ROOT / "models/corpus"
ARTIFACTS = texts.ROOT / "models/artifacts"
CACHE = texts.ROOT / ".cache/training"
HELD_OUT = 0.05
GOLDEN = 60

#: Languages with enough rows, and read as well as English on rows held out, for "nothing" to mean something.
LANGUAGES = ["en"]


def read(rows: list[Row], reader: texts.Reader, vary: bool, tag: str) -> list[Example]:
    """Rows with their ways of typing, normalised and cut into pieces; kept by what they hold."""
    digest = hashlib.sha256(repr([(row.text, row.parent, row.held_out, row.crisis, row.harassment, row.stigma) for row in rows]).encode()).hexdigest()[:12]
    kept = CACHE / f"{tag}-{digest}.pkl"
    if kept.exists():
        return pickle.loads(kept.read_bytes())
    everyday = [row.text for row in rows if row.functionality == "everyday_talk" and not row.held_out]
    ways = [
        [row.text, *(augment.variants(row.text, everyday, random.Random(f"ways/{row.id}")) if vary else [])] for row in rows
    ]
    flat = [text for way in ways for text in way] + [row.parent or "" for row in rows]
    normalised = texts.normalise(flat)
    pieces = iter(reader.pieces(normalised))
    said = iter(normalised)
    examples = [
        Example(row, [next(pieces) for _ in way], None, [next(said) for _ in way]) for row, way in zip(rows, ways, strict=True)
    ]
    for example in examples:
        example.parent = next(pieces) or None
        example.said_parent = next(said) or None
    kept.write_bytes(pickle.dumps(examples))
    return examples


def averaged(states: list[dict]) -> dict:
    """The mean of several runs' weights; they begin from the same trunk, so it is a model of its own."""
    return {name: sum(state[name] for state in states) / len(states) for name in states[0]}


def golden(model: Encoder, examples: list[Example]) -> list[dict]:
    """Answers for other implementations to agree with."""
    model.eval()
    read_as = [(*texts.segments(example.pieces[0], example.parent), example) for example in examples]
    with torch.inference_mode():
        signals, names = model(*batch_of([(ids, first) for ids, first, _ in read_as]))
    logits = torch.cat([signals, names], dim=1)
    return [
        {"text": example.said[0], "parent": example.said_parent, "ids": ids, "second": first,
         "logits": [round(float(x), 5) for x in row]}
        for (ids, first, example), row in zip(read_as, logits, strict=True)
    ]


def calibrated(logits: np.ndarray, lines: list[dict]) -> np.ndarray:
    scale, shift = (np.array([line[key] for line in lines]) for key in ("scale", "shift"))
    return 1 / (1 + np.exp(-(logits[:, :5] * scale + shift)))


def lessons(train: list[Example], held: list[Example], public: dict[str, list[Example]]):
    """What the linear tier learns from, one object a line; every way of typing counts as a share of its row."""
    def lesson(row: Row, text: str, weight: float, held_out: bool = False) -> str:
        return json.dumps({"text": text, "wanted": [*row.crisis, row.harassment, row.stigma], "weight": weight, "held_out": held_out})
    for example in train:
        for at, text in enumerate(example.said):
            yield lesson(example.row, text, 1.0 if at == 0 else 0.25)
    for source in public.values():
        for example in source:
            yield lesson(example.row, example.said[0], 0.3)
    for example in held:
        yield lesson(example.row, example.said[0], 1.0, held_out=True)


def release_linear(train, held, public, folder: Path, about: dict) -> list[dict]:
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / "weights.safetensors"
    command = ["cargo", "run", "--quiet", "--package", "holdfast-models", "--bin", "train-linear", "--", str(weights)]
    given = "\n".join(lessons(train, held, public)) + "\n"
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True, cwd=texts.ROOT)
    raw = np.array([json.loads(line) for line in done.stdout.splitlines()])
    lines = release.calibrate([example.row for example in held], raw)
    release.manifest(folder, about | {"name": "linear", "calibration": {"signals": lines}}, ("weights.safetensors",))
    p = calibrated(raw, lines)
    rows = [example.row for example in held]
    said = quality.on_corpus(rows, p)
    (folder / "evaluation.json").write_text(json.dumps({"held_out": said}, indent=2) + "\n")
    return lines


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--open", type=Path, required=True, help="folder with public text under an open licence")
    asked.add_argument("--public-dev", type=Path, help="folder with public text to evaluate on; never learned from")
    asked.add_argument("--version", required=True, help="name of the version, beginning with the date")
    asked.add_argument("--trunk", default=Settings.trunk, choices=sorted(trunks.TRUNKS))
    asked.add_argument("--seeds", type=int, default=1)
    asked.add_argument("--epochs", type=int, default=4)
    options = asked.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    trunk = trunks.fetch(options.trunk, CACHE)
    reader = texts.Reader(trunk)
    examples = read(corpus(CORPUS / "train.jsonl", HELD_OUT), reader, True, "train")
    dev = read(corpus(CORPUS / "dev.jsonl"), reader, False, "dev")
    sources = open_text(options.open)
    labelled = relabel(sources, CORPUS / "open-labels.jsonl")
    public = {name: read(rows, reader, False, name) for name, rows in sources.items()}
    ours = [example for name, rows in labelled.items() for example in read(rows, reader, False, f"labelled-{name}")]
    train = [example for example in examples if not example.row.held_out] + ours
    held = [example for example in examples if example.row.held_out]
    names = sorted({example.row.functionality for example in examples})
    numbered = {name: at for at, name in enumerate(names)}
    settings = replace(Settings(), trunk=options.trunk, epochs=options.epochs)

    def told(model: Encoder, epoch: int) -> None:
        p = 1 / (1 + np.exp(-finetune.predict(model, dev).numpy()))
        print(f"after epoch {epoch}:", {name: round(value, 3) for name, value in quality.on_corpus([e.row for e in dev], p).items()})

    states = []
    for seed in range(1, options.seeds + 1):
        run = CACHE / "runs" / f"{options.version}-{seed}"
        done = run / "average.pt"
        if not done.exists():
            finetune.run(replace(settings, seed=seed), trunk, train, public, numbered, run, told)
        states.append(torch.load(done, weights_only=True))
    state = {name: tensor.half().float() for name, tensor in averaged(states).items()}
    model = Encoder(trunk, len(names))
    model.load_state_dict(state)
    lines = release.calibrate([example.row for example in held], finetune.predict(model, held).numpy())
    about = {
        "version": options.version, "licence": trunks.TRUNKS[options.trunk].licence,
        "intended_use": "Finding posts that a person should read in online peer-support communities. "
                        "Not for diagnosis, not for acting without a person, not for judging people.",
        "data": data_used(train, public), "languages": LANGUAGES,
    }
    folder = ARTIFACTS / "encoder" / options.version
    release.release_encoder(state, trunk, names, lines, folder, about)
    (folder / "golden.json").write_text(json.dumps(golden(model, dev[:GOLDEN]), ensure_ascii=False) + "\n", encoding="utf-8")
    evaluate(model, lines, {"corpus_dev": dev, "held_out": held}, options.public_dev, reader, folder)
    release_linear(train, held, public, ARTIFACTS / "linear" / options.version, about | {"licence": "Apache-2.0"})
    return 0


def data_used(train: list[Example], public: dict[str, list[Example]]) -> list[dict]:
    used = [{"source": "Holdfast corpus", "licence": "CC0-1.0", "rows": len(train)}]
    return used + [{"source": name, "licence": "open, as its publisher states", "rows": len(rows)} for name, rows in public.items()]


def evaluate(model: Encoder, lines: list[dict], own: dict[str, list[Example]], public_dev: Path | None,
             reader: texts.Reader, folder: Path) -> None:
    """Writes what the released weights score, on our rows and on each public source."""
    said: dict[str, dict] = {}
    for name, examples in own.items():
        p = calibrated(finetune.predict(model, examples).numpy(), lines)
        said[name] = quality.on_corpus([example.row for example in examples], p)
    if public_dev:
        for name, rows in open_text(public_dev).items():
            examples = read(rows, reader, False, f"dev-{name}")
            p = calibrated(finetune.predict(model, examples).numpy(), lines)
            said[name] = quality.on_source(rows, p)
    rounded = {name: {key: round(value, 4) for key, value in figures.items()} for name, figures in said.items()}
    (folder / "evaluation.json").write_text(json.dumps(rounded, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
