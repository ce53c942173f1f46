"""From trained weights to an artefact: half precision, calibrated, with a manifest that names every digest."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from sklearn.linear_model import LogisticRegression

from rows import ATTRIBUTIONS, Row
from texts import PARENT, WINDOW

LABELS = ("at least 1", "at least 2", "at least 3", "harassment", "stigma")


def wanted(rows: list[Row], output: int) -> tuple[list[int], np.ndarray]:
    """Rows whose label of an output is known, and the labels."""
    values = [(*row.crisis, row.harassment, row.stigma)[output] for row in rows]
    kept = [at for at, value in enumerate(values) if value is not None]
    return kept, np.array([values[at] for at in kept])


def calibrate(rows: list[Row], logits: np.ndarray) -> list[dict[str, float]]:
    """A straight line on the log odds of each signal, fitted on rows held out of training."""
    lines = []
    for output in range(len(LABELS)):
        kept, truth = wanted(rows, output)
        fit = LogisticRegression(C=1e6).fit(logits[kept, output].reshape(-1, 1), truth)
        lines.append({"scale": round(float(fit.coef_[0, 0]), 5), "shift": round(float(fit.intercept_[0]), 5)})
    return lines


def encoder_tensors(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The trunk under its own names, and one head: the signals, the attributions, then the names."""
    tensors = {
        name.removeprefix("trunk."): tensor.half().contiguous()
        for name, tensor in state.items() if name.startswith("trunk.") and not name.endswith("position_ids")
    }
    for part in ("weight", "bias"):
        tensors[f"head.{part}"] = torch.cat([state[f"head.{part}"], state[f"names.{part}"]]).half().contiguous()
    return tensors


def release_encoder(state: dict, trunk: Path, names: list[str], calibration: list[dict], folder: Path, about: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tensors = encoder_tensors(state)
    save_file(tensors, folder / "weights.safetensors")
    shutil.copy(trunk / "tokenizer.json", folder / "tokenizer.json")
    config = json.loads((trunk / "config.json").read_text())
    manifest(folder, about | {
        "name": "encoder",
        "calibration": {"signals": calibration},
        "shape": {
            "width": config["hidden_size"], "layers": config["num_hidden_layers"], "heads": config["num_attention_heads"],
            "inner": config["intermediate_size"], "pieces": config["vocab_size"],
            "positions": config["max_position_embeddings"], "outputs": int(tensors["head.bias"].shape[0]),
        },
        "reading": {"window": WINDOW, "parent": PARENT},
        "attributions": list(ATTRIBUTIONS),
        "functionalities": names,
    }, ("weights.safetensors", "tokenizer.json"))


def manifest(folder: Path, about: dict, files: tuple[str, ...]) -> None:
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files}
    (folder / "manifest.json").write_text(json.dumps(about | {"files": digests}, indent=2) + "\n")
