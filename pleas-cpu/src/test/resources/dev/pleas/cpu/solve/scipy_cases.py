"""Writes scipy_cases.txt: ridge least-squares problems with SciPy's answers.

Each case: name, p, q, numerical rank, 2-norm condition; then G (p*p), C (p*q), prior (p*q), ridge (p),
X (p*q). X is prior + pinvh(G + R) (C - G prior): for a regular system the solution, for a singular
one the least-squares solution nearest to the prior. Run beside this file with NumPy and SciPy.
"""

import pathlib

import numpy as np
from scipy.linalg import hilbert, pinvh

r = np.random.default_rng(20240702)


def gram(n, p):
    x = r.standard_normal((n, p))
    return x.T @ x


def case(g, q, ridge):
    p = len(g)
    return g, r.standard_normal((p, q)), r.standard_normal((p, q)), np.broadcast_to(ridge, p).astype(float)


duplicated = gram(20, 5)[:, [0, 1, 2, 3, 4, 1]][[0, 1, 2, 3, 4, 1]]
cases = {
    "one": case(np.array([[4.0]]), 1, 0.5),
    "no-ridge": case(gram(30, 6), 3, 0.0),
    "ridge": case(gram(30, 7), 4, 2.5),
    "some-ridges": case(gram(12, 5), 2, [0.0, 1.0, 0.0, 10.0, 0.0]),
    "fewer-samples-than-features": case(gram(4, 8), 3, 1e-2),
    "hilbert": case(hilbert(7), 2, 0.0),
    "duplicated-column": case(duplicated, 3, 0.0),
    "three-samples": case(gram(3, 6), 2, 0.0),
}
with open(pathlib.Path(__file__).with_name("scipy_cases.txt"), "w") as out:
    for name, (g, c, prior, ridge) in cases.items():
        a = g + np.diag(ridge)
        p, q = c.shape
        inverse, rank = pinvh(a, atol=0, rtol=p * np.finfo(float).eps, return_rank=True)
        condition = np.linalg.cond(a) if rank == p else np.inf
        print(name, p, q, rank, repr(float(condition)), file=out)
        for m in (g, c, prior, ridge[None], prior + inverse @ (c - g @ prior)):
            for row in m:
                print(*map(repr, row.tolist()), file=out)
