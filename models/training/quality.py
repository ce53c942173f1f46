"""How good scores are, against labels: on the project's rows and on each public source."""

import numpy as np
from sklearn.metrics import cohen_kappa_score, f1_score, roc_auc_score

from rows import Row


def levels(crisis: np.ndarray, cuts: tuple[float, float, float]) -> np.ndarray:
    """The crisis level read from the probabilities of at least 1, 2, 3."""
    read = np.zeros(len(crisis), dtype=int)
    for t, cut in enumerate(cuts):
        read[crisis[:, t] >= cut] = t + 1
    return read


def on_corpus(rows: list[Row], p: np.ndarray, cuts=(0.5, 0.5, 0.5), harassment=0.5, stigma=0.5) -> dict[str, float]:
    known = [at for at, row in enumerate(rows) if row.meta["level"] is not None]
    truth = np.array([rows[at].meta["level"] for at in known])
    read = levels(p[known, :3], cuts)
    obfuscated = [at for at, row in enumerate(rows) if row.functionality.startswith("obfuscated")]

    def f1(place: int, label: str, cut: float, only=None) -> float:
        kept = [at for at, row in enumerate(rows) if getattr(row, label) is not None and (only is None or at in only)]
        return f1_score([getattr(rows[at], label) for at in kept], p[kept, place] >= cut)
    return {
        "kappa": cohen_kappa_score(truth, read, weights="quadratic"),
        "critical_miss": float(np.mean(read[truth == 3] <= 1)),
        "any_alert": float(np.mean(read[truth >= 1] >= 1)),
        "recall_2": float(np.mean(read[truth >= 2] >= 2)),
        "false_2": float(np.mean(read[truth == 0] >= 2)),
        "auroc_2": roc_auc_score(truth >= 2, p[known, 1]),
        "harassment_f1": f1(3, "harassment", harassment),
        "stigma_f1": f1(4, "stigma", stigma),
        "n": float(len(rows)), "obfuscated": float(len(obfuscated)),
    }


def on_source(rows: list[Row], p: np.ndarray, cuts=(0.5, 0.5, 0.5), harassment=0.5, stigma=0.5) -> dict[str, float]:
    """What the source's labels support: areas where both sides are there, false alarms where one is."""
    said: dict[str, float] = {}
    for place, name, labels, cut in (
        (1, "crisis_2", [row.crisis[1] for row in rows], cuts[1]),
        (3, "harassment", [row.harassment for row in rows], harassment),
        (4, "stigma", [row.stigma for row in rows], stigma),
    ):
        kept = [at for at, label in enumerate(labels) if label is not None]
        truth = np.array([labels[at] for at in kept])
        if not len(kept):
            continue
        called = p[kept, place] >= cut
        if truth.min() != truth.max():
            said[f"{name}_auroc"] = roc_auc_score(truth, p[kept, place])
            said[f"{name}_macro_f1"] = f1_score(truth, called, average="macro")
        if (truth == 0).any():
            said[f"{name}_false"] = float(called[truth == 0].mean())
        if (truth == 1).any():
            said[f"{name}_recall"] = float(called[truth == 1].mean())
    return said
