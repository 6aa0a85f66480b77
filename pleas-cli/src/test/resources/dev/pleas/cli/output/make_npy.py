#!/usr/bin/env python3
"""Writes the files that NpyWriterTest compares with: NumPy's own output."""

import numpy as np

np.save("matrix-2x3.npy", np.array([[0.0, 1.5, -2.25], [3e-38, np.inf, np.nan]], dtype="<f4"))
np.save("matrix-0x7.npy", np.zeros((0, 7), dtype="<f4"))
np.save("matrix-1000x1.npy", np.arange(1000, dtype="<f4").reshape(1000, 1))
