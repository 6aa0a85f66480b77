"""Reads and writes IDX files, the format of MNIST and Fashion-MNIST.

An IDX file is a big-endian header, two zero bytes, one type byte (8: unsigned byte), one byte that
counts the dimensions and one 32-bit size for each, followed by the values in row-major order.
"""

import gzip
import struct
from pathlib import Path

import numpy as np

UNSIGNED_BYTE = 8


def read_idx(path):
    """Returns the unsigned bytes of a gzip IDX file as an array of the shape its header gives."""
    data = gzip.decompress(Path(path).read_bytes())
    if len(data) < 4 or data[:3] != bytes([0, 0, UNSIGNED_BYTE]):
        raise ValueError(f"{path}: not an IDX file of unsigned bytes")
    dimensions = data[3]
    start = 4 + 4 * dimensions
    if len(data) < start:
        raise ValueError(f"{path}: ends inside its header")
    shape = struct.unpack(f">{dimensions}I", data[4:start])
    values = np.frombuffer(data, np.uint8, offset=start)
    if values.size != np.prod(shape, dtype=np.int64):
        raise ValueError(f"{path}: header promises {shape}, file holds {values.size} values")
    return values.reshape(shape).copy()  # writable, as PyTorch wants it


def write_idx(path, array):
    """Writes an array of unsigned bytes as a gzip IDX file without name and time stamp.

    The same array gives the same bytes, as far as the installed zlib is the same.
    """
    if array.dtype != np.uint8:
        raise ValueError(f"{path}: expected uint8, found {array.dtype}")
    header = bytes([0, 0, UNSIGNED_BYTE, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    Path(path).write_bytes(gzip.compress(header + array.tobytes(), compresslevel=9, mtime=0))


def read_images_and_labels(folder, prefix):
    """Returns (images [n, 28, 28], labels [n]) of PREFIX-images-idx3-ubyte.gz and its labels."""
    images = read_idx(Path(folder) / f"{prefix}-images-idx3-ubyte.gz")
    labels = read_idx(Path(folder) / f"{prefix}-labels-idx1-ubyte.gz")
    if len(images) != len(labels):
        raise ValueError(f"{folder}/{prefix}: {len(images)} images, but {len(labels)} labels")
    return images, labels
