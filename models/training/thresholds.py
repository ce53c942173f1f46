"""Thresholds for the policies, by what errors cost, on rows held out of training.

usage: thresholds.py VERSION

Prints the cheapest thresholds of an encoder's version and what they do on the held-out rows. They go into
`rules/policies/*/learned.yaml` by hand, since a person answers for them.
"""

import itertools
import json
import sys

import numpy as np
from safetensors.torch import load_file

import finetune
import quality
import texts
import trunks
from finetune import Example, Settings
from net import Encoder
from rows import ATTRIBUTIONS, corpus
from train import ARTIFACTS, CACHE, CORPUS, HELD_OUT, calibrated, read

#: What it costs to read a row of the level in front as the level in the column. A goodbye that nobody sees costs most; a
#: harmless post at which somebody is woken costs more than one that somebody reads in the morning.
COSTS = np.array([
    [0.0, 0.5, 2.0, 3.0],
    [1.0, 0.0, 0.5, 1.0],
    [4.0, 1.0, 0.0, 0.5],
    [12.0, 6.0, 1.0, 0.0],
])
#: How many misses one false alarm is worth, for harassment and stigma.
FALSE_ALARM = 0.8
STEPS = np.round(np.arange(0.1, 0.7, 0.025), 3)


def encoder(version: str, trunk) -> tuple[Encoder, list[dict]]:
    """A released encoder as training knows it, and its calibration."""
    folder = ARTIFACTS / "encoder" / version
    about = json.loads((folder / "manifest.json").read_text())
    model = Encoder(trunk, len(about["functionalities"]))
    state = {}
    for name, tensor in load_file(folder / "weights.safetensors").items():
        part = name.removeprefix("head.")
        if part == name:
            state[f"trunk.{name}"] = tensor.float()
        else:
            outputs = 5 + len(ATTRIBUTIONS)
            state[f"head.{part}"], state[f"names.{part}"] = tensor[:outputs].float(), tensor[outputs:].float()
    model.load_state_dict(state)
    return model, about["calibration"]["signals"]


def crisis_cuts(levels: np.ndarray, p: np.ndarray) -> tuple[float, float, float]:
    def cost(cuts) -> float:
        return COSTS[levels, quality.levels(p, cuts)].sum()
    return min(itertools.product(STEPS, STEPS, STEPS), key=cost)


def cut(labels: np.ndarray, p: np.ndarray) -> float:
    def cost(at) -> float:
        called = p >= at
        return (labels & ~called).sum() + FALSE_ALARM * (~labels & called).sum()
    return min(STEPS, key=cost)


def main() -> int:
    version = sys.argv[1]
    trunk = trunks.fetch(Settings.trunk, CACHE)
    model, lines = encoder(version, trunk)
    examples = read(corpus(CORPUS / "train.jsonl", HELD_OUT), texts.Reader(trunk), True, "train")
    held: list[Example] = [example for example in examples if example.row.held_out]
    rows = [example.row for example in held]
    p = calibrated(finetune.predict(model, held).numpy(), lines)
    known = [at for at, row in enumerate(rows) if row.meta["level"] is not None]
    cuts = crisis_cuts(np.array([rows[at].meta["level"] for at in known]), p[known, :3])
    harassment, stigma = (
        cut(np.array([getattr(row, label) == 1 for row in rows]), p[:, place]) for place, label in ((3, "harassment"), (4, "stigma"))
    )
    print(f"{len(held)} rows: soon, urgent, act now {cuts}, harassment {harassment}, stigma {stigma}")
    print({name: round(value, 3) for name, value in quality.on_corpus(rows, p, cuts, harassment, stigma).items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
