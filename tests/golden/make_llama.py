"""Makes tests/golden/llama: a small random Llama and its logits as transformers computes them.

    pip install torch transformers
    python tests/golden/make_llama.py

CI only reads what this wrote.
"""
import json
import pathlib

import torch
from transformers import LlamaConfig, LlamaForCausalLM

here = pathlib.Path(__file__).parent
for name, key_value_heads, tied in [("llama", 4, False), ("llama_grouped", 2, True)]:
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=64,
        hidden_size=32,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=key_value_heads,
        max_position_embeddings=64,
        rms_norm_eps=1e-5,
        tie_word_embeddings=tied,
        initializer_range=0.3,
    )
    model = LlamaForCausalLM(config).eval().float()
    for parameter in model.parameters():
        if parameter.dim() == 1:  # norm gains other than 1, so that a forgotten gain is seen
            parameter.data.uniform_(0.5, 1.5)
    tokens = [[1, 5, 9, 13, 2, 63, 0, 31, 8, 8], [1, 40, 41, 42, 43, 44, 45, 46, 47, 48]]
    with torch.no_grad():
        logits = model(torch.tensor(tokens)).logits
    model.save_pretrained(here / name)
    (here / name / "generation_config.json").unlink(missing_ok=True)
    (here / name / "logits.json").write_text(json.dumps({"tokens": tokens, "logits": logits.flatten().tolist()}))
