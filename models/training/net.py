"""The encoder: a BERT trunk and one linear head for all signals on the mean and the first of its outputs."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from transformers import BertConfig, BertModel

from rows import ATTRIBUTIONS

#: What the head answers, in order: crisis at least 1, 2, 3; harassment; stigma; then the attributions.
OUTPUTS = 5 + len(ATTRIBUTIONS)


class Encoder(nn.Module):
    def __init__(self, trunk: Path, functionalities: int, dropout: float = 0.1):
        super().__init__()
        config = BertConfig(**json.loads((trunk / "config.json").read_text()))
        config.hidden_dropout_prob, config.attention_probs_dropout_prob = dropout, 0.0
        config._attn_implementation = "sdpa"
        self.trunk = BertModel(config, add_pooling_layer=False)
        self.trunk.load_state_dict(load_file(trunk / "trunk.safetensors"))
        width = 2 * config.hidden_size
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, OUTPUTS)
        #: Learns the code book's names beside the labels; not shipped.
        self.names = nn.Linear(width, functionalities)
        for layer in (self.head, self.names):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def pooled(self, ids: torch.Tensor, kinds: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        hidden = self.trunk(input_ids=ids, token_type_ids=kinds, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1)
        return torch.cat([mean, hidden[:, 0]], dim=1)

    def forward(self, ids, kinds, mask):
        pooled = self.dropout(self.pooled(ids, kinds, mask))
        return self.head(pooled), self.names(pooled)


def batch_of(examples: list[tuple[list[int], int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids, segment kinds and mask of some texts, padded to the longest of them."""
    longest = max(len(ids) for ids, _ in examples)
    ids = torch.zeros(len(examples), longest, dtype=torch.long)
    kinds = torch.zeros_like(ids)
    mask = torch.zeros_like(ids)
    for at, (tokens, first) in enumerate(examples):
        ids[at, :len(tokens)] = torch.tensor(tokens)
        kinds[at, first:len(tokens)] = 1
        mask[at, :len(tokens)] = 1
    return ids, kinds, mask
