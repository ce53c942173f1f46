"""Teaches a trunk the signals: one run is one seed."""

import json
import math
import random
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch.nn import functional as F

from net import OUTPUTS, Encoder, batch_of
from rows import ATTRIBUTIONS, Row
from texts import segments, windows


@dataclass(frozen=True)
class Settings:
    """What a run is made of."""

    trunk: str = "minilm-l6"
    seed: int = 1
    epochs: int = 5
    batch: int = 64
    rate: float = 1.2e-4
    head_rate: float = 1e-3
    #: Each layer below learns this much less.
    layer_decay: float = 0.9
    warm_up: float = 0.06
    #: How often a row is shown in another way of typing.
    varied: float = 0.4
    #: Public texts an epoch, and how many of them are positive.
    open_rows: int = 4000
    open_positive: float = 0.25
    open_weight: float = 0.6
    #: What a label counts that nobody gave.
    assumed_weight: float = 0.3
    #: What a missed positive costs against a false one, by threshold.
    crisis_weights: tuple[float, float, float] = (1.0, 1.5, 1.5)
    names_weight: float = 0.3
    attribution_weight: float = 0.5
    smoothing: float = 0.02
    #: The share of the last steps whose weights are averaged.
    average: float = 0.999


@dataclass
class Example:
    """A row, read: the pieces of its ways of typing, the first of which is its own."""

    row: Row
    pieces: list[list[int]]
    parent: list[int] | None
    #: The normalised texts that the pieces come from.
    said: list[str] = field(default_factory=list)
    said_parent: str | None = None


def targets(examples: list[Example], names: dict[str, int], settings: Settings):
    """What is wanted of each output, how much it counts, and the code book's name of each."""
    want = torch.zeros(len(examples), OUTPUTS)
    weight = torch.zeros(len(examples), OUTPUTS)
    name = torch.full((len(examples),), -100)
    for at, example in enumerate(examples):
        row = example.row
        counts = 1.0 if row.source == "corpus" or row.labelled else settings.open_weight
        for t, known in enumerate(row.crisis):
            if known is not None:
                want[at, t] = known
                weight[at, t] = counts * (settings.crisis_weights[t] if known else 1.0)
        for place, known in ((3, row.harassment), (4, row.stigma)):
            if known is not None:
                want[at, place] = known
                weight[at, place] = counts
        for place in row.assumed:
            weight[at, place] = settings.assumed_weight
        if row.source == "corpus" and row.stigma is not None:
            weight[at, 5:] = settings.attribution_weight / 4
            if row.attribution:
                place = 5 + ATTRIBUTIONS.index(row.attribution)
                want[at, place], weight[at, place] = 1.0, settings.attribution_weight
        if row.functionality:
            name[at] = names[row.functionality]
    want = want * (1 - 2 * settings.smoothing) + settings.smoothing
    return want, weight, name


def loss_of(logits, named, want, weight, name, settings: Settings):
    signals = (F.binary_cross_entropy_with_logits(logits, want, reduction="none") * weight).sum() / len(want)
    if (name >= 0).any():
        signals = signals + settings.names_weight * F.cross_entropy(named, name, ignore_index=-100)
    return signals


def groups(model: Encoder, settings: Settings):
    """Learning rates: the head's, then falling from the last layer to the embeddings."""
    layers = len(model.trunk.encoder.layer)
    by_depth: dict[int, list] = {}
    for name, parameter in model.trunk.named_parameters():
        depth = int(name.split(".")[2]) + 1 if name.startswith("encoder.layer.") else 0
        by_depth.setdefault(depth, []).append(parameter)
    made = [
        {"params": parameters, "lr": settings.rate * settings.layer_decay ** (layers - depth), "weight_decay": 0.01}
        for depth, parameters in by_depth.items()
    ]
    made.append({"params": [*model.head.parameters(), *model.names.parameters()], "lr": settings.head_rate, "weight_decay": 0.01})
    return made


def epoch_of(corpus: list[Example], open_text: dict[str, list[Example]], settings: Settings, epoch: int):
    """This epoch's texts, sorted into batches of like length, in random order. `corpus` is read whole."""
    rng = random.Random(f"{settings.seed}/{epoch}")
    chosen: list[tuple[Example, list[int], int]] = []
    for example in corpus:
        pieces = example.pieces[0]
        if len(example.pieces) > 1 and rng.random() < settings.varied:
            pieces = rng.choice(example.pieces[1:])
        chosen.append((example, pieces, 0))
    for example in public_sample(open_text, settings, rng):
        starts = windows(example.pieces[0])
        chosen.append((example, example.pieces[0], rng.choice(starts) if example.row.harassment != 1 else 0))
    rng.shuffle(chosen)
    read = [(example, *segments(pieces, example.parent, start)) for example, pieces, start in chosen]
    pool = settings.batch * 50
    batches = []
    for begin in range(0, len(read), pool):
        part = sorted(read[begin:begin + pool], key=lambda item: len(item[1]))
        batches += [part[at:at + settings.batch] for at in range(0, len(part), settings.batch)]
    rng.shuffle(batches)
    return batches


def public_sample(open_text: dict[str, list[Example]], settings: Settings, rng: random.Random) -> list[Example]:
    """Some public rows: sources count alike, and most are harmless."""
    def positive(example: Example) -> bool:
        return example.row.harassment == 1
    sample: list[Example] = []
    for wanted, keep in ((settings.open_positive, positive), (1 - settings.open_positive, lambda e: not positive(e))):
        pools = [pool for pool in ([e for e in source if keep(e)] for source in open_text.values()) if pool]
        share = int(settings.open_rows * wanted / len(pools)) if pools else 0
        for pool in pools:
            sample += rng.sample(pool, min(share, len(pool)))
    return sample


def run(settings: Settings, trunk: Path, corpus: list[Example], open_text: dict[str, list[Example]],
        names: dict[str, int], folder: Path, report=None) -> Path:
    """Trains; goes on from the last finished epoch. Gives the file of the averaged weights."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.json").write_text(json.dumps(asdict(settings), indent=2) + "\n")
    torch.manual_seed(settings.seed)
    model = Encoder(trunk, len(names))
    optimiser = torch.optim.AdamW(groups(model, settings), betas=(0.9, 0.98), eps=1e-6, fused=True)
    peaks = [group["lr"] for group in optimiser.param_groups]
    average = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    per_epoch = len(epoch_of(corpus, open_text, settings, 0))
    steps, step, first = per_epoch * settings.epochs, 0, 0
    saved = folder / "state.pt"
    if saved.exists():
        state = torch.load(saved, weights_only=True)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        average, first, step = state["average"], state["epoch"], state["step"]
        torch.manual_seed(settings.seed + first)
    for epoch in range(first, settings.epochs):
        model.train()
        started, heard, batches = time.time(), 0.0, epoch_of(corpus, open_text, settings, epoch)
        for at, batch in enumerate(batches):
            warm = min(1.0, (step + 1) / (settings.warm_up * steps))
            rate = warm * 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps)))
            for group, peak in zip(optimiser.param_groups, peaks, strict=True):
                group["lr"] = peak * rate
            logits, named = model(*batch_of([(ids, kind) for _, ids, kind in batch]))
            loss = loss_of(logits, named, *targets([example for example, _, _ in batch], names, settings), settings)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            step += 1
            keep = min(settings.average, 1 - 1 / (step + 1), (1 + step) / (10 + step))
            with torch.no_grad():
                for name, tensor in model.state_dict().items():
                    average[name].lerp_(tensor, 1 - keep)
            heard += loss.item()
            if at % 20 == 19 or at + 1 == len(batches):
                left = (time.time() - started) / (at + 1) * (len(batches) - at - 1)
                print(f"\r{folder.name} epoch {epoch + 1}/{settings.epochs} {at + 1}/{len(batches)} "
                      f"loss {heard / (at + 1):.4f} {left:.0f} s left ", end="", flush=True)
        print()
        torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "average": average,
                    "epoch": epoch + 1, "step": step}, saved)
        if report:
            shadow = Encoder(trunk, len(names))
            shadow.load_state_dict(average)
            report(shadow, epoch + 1)
    done = folder / "average.pt"
    torch.save(average, done)
    return done


@torch.inference_mode()
def predict(model: Encoder, examples: list[Example], tokens: int = 8192) -> torch.Tensor:
    """Logits of each row as the pipeline reads it: windows over long texts, the highest of each output counts."""
    model.eval()
    jobs = [
        (at, *segments(example.pieces[0], example.parent, start))
        for at, example in enumerate(examples) for start in windows(example.pieces[0])
    ]
    jobs.sort(key=lambda job: len(job[1]))
    logits = torch.full((len(examples), OUTPUTS), -30.0)
    begin = 0
    while begin < len(jobs):
        end = begin + 1
        while end < len(jobs) and len(jobs[end][1]) * (end + 1 - begin) <= tokens:
            end += 1
        part = jobs[begin:end]
        answers, _ = model(*batch_of([(ids, kind) for _, ids, kind in part]))
        for (at, _, _), answer in zip(part, answers, strict=True):
            logits[at] = torch.maximum(logits[at], answer)
        begin = end
    return logits
