"""Writes scipy_cases.txt: assignment problems with SciPy's answers.

Each case: name, n, n*n values row by row, the largest total, and the matching where it is unique
(else the word "ties"). Run beside this file with NumPy and SciPy 1.10 or newer.
"""

import pathlib

import numpy as np
from scipy.optimize import linear_sum_assignment

r = np.random.default_rng(20240702)
x = r.standard_normal((40, 12))
y = x[:, r.permutation(12)] + 0.8 * r.standard_normal((40, 12))
cases = {
    "one": (np.array([[-3.5]]), True),
    "two": (np.array([[1.0, 2.0], [4.0, 4.5]]), True),
    "uniform": (r.random((9, 9)), True),
    "normal": (r.standard_normal((16, 16)), True),
    "correlation": (np.corrcoef(x.T, y.T)[:12, 12:], True),
    "products": (np.outer(np.arange(1.0, 8), np.arange(1.0, 8)), True),
    "negated products": (-np.outer(np.arange(1.0, 8), np.arange(1.0, 8)), True),
    "small integers": (r.integers(0, 4, (15, 15)).astype(float), False),
    "low rank": (r.standard_normal((14, 2)) @ r.standard_normal((2, 14)), True),
    "mixed magnitudes": (r.standard_normal((10, 10)) * 10.0 ** r.integers(-6, 6, (10, 10)), True),
}
with open(pathlib.Path(__file__).with_name("scipy_cases.txt"), "w") as out:
    for name, (s, unique) in cases.items():
        rows, columns = linear_sum_assignment(s, maximize=True)
        print(name.replace(" ", "-"), len(s), file=out)
        for row in s:
            print(*map(repr, row.tolist()), file=out)
        print(repr(float(s[rows, columns].sum())), file=out)
        print(*(columns if unique else ["ties"]), file=out)
