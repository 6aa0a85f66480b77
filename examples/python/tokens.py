#!/usr/bin/env python3
"""Cuts texts into words for text encoders: ids as `--data` of pleas takes them.

    tokens.py tokenizer.json texts.txt texts.safetensors --length 64

reads one text per line and writes their ids, [texts, length]. Shorter ones are filled up with 0, longer ones cut off.
Needs NumPy, safetensors and tokenizers.
"""

import argparse
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer


def ids(tokenizer, texts, length):
    """Returns the ids of texts, [texts, length]."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(length)
    rows = np.zeros((len(texts), length), np.int64)
    for row, encoding in zip(rows, tokenizer.encode_batch(texts)):
        row[: len(encoding.ids)] = encoding.ids
    return rows


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tokenizer", help="the model's tokenizer.json; its padding must have the id 0")
    parser.add_argument("texts", type=Path, help="one text per line")
    parser.add_argument("output", type=Path, help=".safetensors file to write")
    parser.add_argument("--length", type=int, default=128, help="words of each text (128)")
    arguments = parser.parse_args()

    texts = [line for line in arguments.texts.read_text("utf-8").splitlines() if line.strip()]
    rows = ids(Tokenizer.from_file(arguments.tokenizer), texts, arguments.length)
    save_file({"input_ids": rows}, arguments.output)
    print(f"{arguments.output}: {len(rows)} texts, {np.count_nonzero(rows)} words")


if __name__ == "__main__":
    main()
