"""What `./dev bench encoder` read, with ONNX Runtime (same weights) and with a BERT-base in PyTorch (Detoxify's shape).

usage: encoder_comparators.py FILE ARTIFACT     FILE is what the benchmark wrote, ARTIFACT the encoder's folder

First checks that ONNX Runtime answers the same, then prints posts a second on one thread, batches sorted by length.
Needs models/training/requirements.txt and onnxruntime.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel

RUNS = 5


class Whole(torch.nn.Module):
    """Trunk, pooling and head as released."""

    def __init__(self, artifact: Path):
        super().__init__()
        shape = json.loads((artifact / "manifest.json").read_text())["shape"]
        weights = {name: tensor.float() for name, tensor in load_file(artifact / "weights.safetensors").items()}
        config = BertConfig(hidden_size=shape["width"], num_hidden_layers=shape["layers"], num_attention_heads=shape["heads"],
                            intermediate_size=shape["inner"], vocab_size=shape["pieces"], attn_implementation="eager")
        self.trunk = BertModel(config, add_pooling_layer=False)
        self.trunk.load_state_dict({name: tensor for name, tensor in weights.items() if not name.startswith("head.")})
        self.head = torch.nn.Linear(2 * shape["width"], shape["outputs"])
        self.head.load_state_dict({part: weights[f"head.{part}"] for part in ("weight", "bias")})

    def forward(self, ids, mask):
        hidden = self.trunk(input_ids=ids, attention_mask=mask).last_hidden_state
        kept = mask.unsqueeze(-1).to(hidden.dtype)
        return self.head(torch.cat([(hidden * kept).sum(1) / kept.sum(1), hidden[:, 0]], dim=1))


def batches(texts: list[list[int]], size: int):
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    for begin in range(0, len(order), size):
        part = order[begin:begin + size]
        longest = max(len(texts[at]) for at in part)
        ids = np.zeros((len(part), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, at in enumerate(part):
            ids[row, :len(texts[at])] = texts[at]
            mask[row, :len(texts[at])] = 1
        yield part, ids, mask


def timed(what: str, posts: int, run) -> None:
    run()
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    seconds.sort()
    print(f"{what:<34}{posts / seconds[RUNS // 2]:8.1f} posts/s ({posts / seconds[-1]:.1f} to {posts / seconds[0]:.1f})")


def main() -> int:
    read = json.loads(Path(sys.argv[1]).read_text())
    artifact = Path(sys.argv[2])
    texts = read["ids"]
    torch.set_num_threads(1)
    model = Whole(artifact).eval()
    file = Path(sys.argv[1]).with_suffix(".onnx")
    with torch.inference_mode():
        example = torch.ones(2, 8, dtype=torch.long)
        torch.onnx.export(model, (example, example), str(file), input_names=["ids", "mask"], output_names=["logits"],
                          dynamic_axes={"ids": {0: "n", 1: "t"}, "mask": {0: "n", 1: "t"}, "logits": {0: "n"}}, opset_version=14)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])

    def onnx(size: int):
        return {at: row for part, ids, mask in batches(texts, size)
                for at, row in zip(part, session.run(None, {"ids": ids, "mask": mask})[0], strict=True)}
    answers = onnx(32)
    worst = max(float(np.abs(np.array(read["logits"][at]) - row).max()) for at, row in answers.items())
    print(f"largest difference of a raw answer to ONNX Runtime: {worst:.1e}")
    if worst > 1e-3:
        return 1
    for size in (1, 32):
        timed(f"ONNX Runtime fp32, batches of {size}", len(texts), lambda size=size: onnx(size))
    base = BertModel(BertConfig(), add_pooling_layer=False).eval()
    few = texts[:64]

    def python():
        with torch.inference_mode():
            for _, ids, mask in batches(few, 32):
                base(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask))
    timed("BERT-base, PyTorch, batches of 32", len(few), python)
    return 0


if __name__ == "__main__":
    sys.exit(main())
