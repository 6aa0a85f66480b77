"""Writes what results.py has measured into the tables of docs/results.md."""

import json

import numpy as np

BUDGETS = ["1.0", "1.2", "1.55", "1.8", "2.0"]

PAIRS = {  # what a pair is called, and what becomes of its outputs
    "rn20-all-s0+rn20-all-s1": ("`all-s0` + `all-s1`", "shared"),
    "rn20-lo-s2+rn20-hi-s3": ("`lo-s2` + `hi-s3`", "separate"),
    "rn20-all-s0+rn20-lo-s2": ("`all-s0` + `lo-s2`", "union"),
    "rn20-all-s1+rn20-hi-s3": ("`all-s1` + `hi-s3`", "union"),
    "resnet same-labels": ("`all-a` + `all-b`", "shared"),
    "resnet different-labels": ("`lo` + `hi`", "separate"),
    "vit without-ancestor": ("`fashion-a` + `fashion-b`", "shared"),
    "vit with-ancestor": ("`fine-fashion` + `fine-mnist`", "separate"),
}

METHODS = {
    "average": "average",
    "regmean": "RegMean",
    "permutation": "permutation only",
    "sources": "PLeaS, `refit=sources`",
    "pleas": "**PLeaS**",
}

# The authors' public code, commit 8662119, run once on the same files: see docs/results.md for how. Mean accuracy.
AUTHORS = {
    "rn20-all-s0+rn20-all-s1": {
        "average": [0.2841],
        "permutation only, by weights": [0.7668, 0.7835, 0.8285, 0.8647, 0.9174],
        "permutation only": [0.8627, 0.8825, 0.8919, 0.9033, 0.9193],
        "PLeaS, by weights": [0.8531],
        "PLeaS": [0.8787, 0.8973, 0.9056, 0.9108, 0.9178],
    },
    "rn20-lo-s2+rn20-hi-s3": {
        "average": [0.3805],
        "permutation only, by weights": [0.3469, 0.4108, 0.5737, 0.7838, 0.9225],
        "permutation only": [0.6992, 0.7681, 0.8451, 0.9016, 0.9204],
        "PLeaS, by weights": [0.7641],
        "PLeaS": [0.8846, 0.9006, 0.9155, 0.9258, 0.9342],
    },
}

DATA = {  # kinds and numbers of calibration images
    "100": ("task", 100),
    "1,000": ("task", 1000),
    "10,000": ("task", 10000),
    "1,000 of MNIST": ("other", 1000),
    "none": ("none", 0),
}

CONTRASTS = [  # what, measured one way and another: (method, images, count)
    ("fitting, over permutation only", ("pleas", "task", 1000), ("permutation", "task", 1000)),
    ("inputs from the merged network, over inputs from the sources",
     ("pleas", "task", 1000), ("sources", "task", 1000)),
    ("batch normalization folded in, over left as it is",
     ("folded", "task", 1000), ("pleas", "task", 1000)),
    ("100 images, over 1,000", ("pleas", "task", 100), ("pleas", "task", 1000)),
    ("10,000 images, over 1,000", ("pleas", "task", 10000), ("pleas", "task", 1000)),
    ("MNIST, over the task's images", ("pleas", "other", 1000), ("pleas", "task", 1000)),
    ("no data, over 1,000 images", ("pleas", "none", 0), ("pleas", "task", 1000)),
    ("without data, units matched on random images, over by weights", ("pleas", "none", 0), ("weights", "none", 0)),
    ("on MNIST, inputs from the sources, over inputs from the merged network",
     ("pleas", "other", 1000), ("merged", "other", 1000)),
]

ENOUGH_SEEDS = 3


def read(file):
    """Returns what has been measured, one dictionary for each line."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def tasks(scores):
    """Returns the score of each task by its name."""
    return {task["name"]: task for score in scores for task in score["tasks"] if task["samples"]}


def headline(kind, scores):
    """Returns one accuracy: over all classes of one output, or the mean of the tasks by their own heads."""
    if kind == "separate":
        return float(np.mean([task["known"] for task in tasks(scores).values()]))
    return scores[0]["top1"]


def measures(kind, sources):
    """Returns what else accuracy is measured on: a name, and how to take it from scores."""
    first, second = sources
    if kind == "separate":
        return {
            f"task of `{first}`": lambda scores: tasks(scores)[first]["known"],
            f"task of `{second}`": lambda scores: tasks(scores)[second]["known"],
            "task unknown": lambda scores: float(np.mean([score["top1"] for score in scores])),
        }
    return {
        "all ten classes": lambda scores: scores[0]["top1"],
        f"classes of `{second}`, answers among ten": lambda scores: tasks(scores)[second]["joint"],
        f"classes of `{second}`, answers among them": lambda scores: tasks(scores)[second]["known"],
    }


class Results:
    """What has been measured, by what was asked."""

    def __init__(self, lines):
        self.references = {line["pair"]: line for line in lines if line["method"] == "references"}
        self.merges = {}
        for line in lines:
            if line["method"] != "references":
                key = (line["pair"], line["method"], line["budget"], line["images"], line["count"])
                self.merges.setdefault(key, {})[line["seed"]] = line["scores"]

    def by_seed(self, pair, method, budget, images="task", count=1000, measure=None):
        """Returns accuracies by seed; the headline's unless another measure is given."""
        kind = PAIRS[pair][1]
        found = self.merges.get((pair, method, budget, images, count), {})
        return {
            seed: measure(scores) if measure else headline(kind, scores) for seed, scores in sorted(found.items())
        }

    def cell(self, *asked, **more):
        return cell(list(self.by_seed(*asked, **more).values()))

    def sources(self, pair):
        """Returns the accuracy of each source on its own task, as text."""
        of = self.references.get(pair)
        return ", ".join(percent(value) for value in of["sources"].values()) if of else "–"

    def ensemble(self, pair, measure=None):
        """Returns an accuracy of the ensemble, or None."""
        of = self.references.get(pair)
        if of is None:
            return None
        return measure(of["ensemble"]) if measure else headline(PAIRS[pair][1], of["ensemble"])

    def difference(self, pair, budget, one, other):
        """Returns by how much one way to merge is better than another, the mean over the seeds of both, or None."""
        a, b = (self.by_seed(pair, method, budget, images, count) for method, images, count in (one, other))
        seeds = a.keys() & b.keys()
        return float(np.mean([a[seed] - b[seed] for seed in seeds])) if seeds else None

    def behind_ensemble(self, pair, budget):
        """Returns by how much a merge is better than the ensemble, or None."""
        values, ensemble = list(self.by_seed(pair, "pleas", budget).values()), self.ensemble(pair)
        return float(np.mean(values)) - ensemble if values and ensemble is not None else None


def percent(value):
    return "–" if value is None else f"{100 * value:.1f}"


def points(value):
    """Returns a difference in percentage points, with its sign."""
    text = f"{100 * abs(value):.1f}"
    return text if float(text) == 0 else ("+" if value > 0 else "−") + text


def cell(values):
    """Returns the mean in percent, and the range; and the number of seeds where these are fewer than planned."""
    if not values:
        return "–"
    details = []
    if len(values) > 1:
        details.append(f"{percent(min(values))}–{percent(max(values))}")
    if len(values) < ENOUGH_SEEDS:
        details.append("1 seed" if len(values) == 1 else f"{len(values)} seeds")
    return f"{percent(np.mean(values))} ({'; '.join(details)})"


def table(columns, rows):
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def summary(results, budget):
    methods = [method for method in METHODS if budget == "1.0" or method not in ("average", "regmean")]
    rows = []
    for pair, (title, _) in PAIRS.items():
        authors = AUTHORS.get(pair, {}).get("PLeaS")
        rows.append([
            title, results.sources(pair), percent(results.ensemble(pair)),
            *(results.cell(pair, method, budget) for method in methods),
            percent(authors[BUDGETS.index(budget)]) if authors else ""])
    return table(["pair", "sources", "ensemble", *(METHODS[method] for method in methods), "authors' PLeaS"], rows)


def budgets(results, pair):
    """Returns the table of a pair: methods and budgets."""
    rows = [["each source", results.sources(pair), "", "", "", ""],
            ["ensemble", "", "", "", "", percent(results.ensemble(pair))]]
    for method, name in METHODS.items():
        of = BUDGETS[:1] if method in ("average", "regmean") else BUDGETS
        rows.append([name, *(results.cell(pair, method, budget) for budget in of), *[""] * (len(BUDGETS) - len(of))])
    for name, values in AUTHORS.get(pair, {}).items():
        rows.append([f"authors' code: {name}", *map(percent, values), *[""] * (len(BUDGETS) - len(values))])
    return table(["network", *(f"{budget}×" for budget in BUDGETS)], rows)


def by_task(results):
    rows = []
    for pair, (title, kind) in PAIRS.items():
        if kind == "shared" or pair not in results.references:
            continue
        for name, measure in measures(kind, results.references[pair]["sources"]).items():
            rows.append([
                title, name, *(results.cell(pair, "pleas", budget, measure=measure) for budget in BUDGETS),
                percent(results.ensemble(pair, measure))])
            title = ""
    return table(["pair", "accuracy on", *(f"{budget}×" for budget in BUDGETS), "ensemble"], rows)


def data(results, budget):
    rows = [
        [title, *(results.cell(pair, "pleas", budget, images, count) for images, count in DATA.values())]
        for pair, (title, _) in PAIRS.items()
    ]
    return table(["pair", *DATA], rows)


def contrasts(results):
    """Returns what one choice is worth over another: where least, where most, and how often it is better."""
    rows = []
    for name, one, other in CONTRASTS:
        rows.append([name, *(text for budget in ("1.0", "1.2") for text in span({
            pair: results.difference(pair, budget, one, other) for pair in PAIRS}))])
    rows.append(["PLeaS, over the ensemble", *(text for budget in ("1.0", "1.2") for text in span({
        pair: results.behind_ensemble(pair, budget) for pair in PAIRS}))])
    columns = [text for budget in ("1.0", "1.2") for text in (f"{budget}×: least", "most", "better")]
    return table(["", *columns], rows)


def span(differences):
    """Returns the least and the most of differences by pair, and in how many pairs they are gains."""
    found = sorted((value, PAIRS[pair][0]) for pair, value in differences.items() if value is not None)
    if not found:
        return ["–", "–", "–"]
    gains = sum(value > 0 for value, _ in found)
    ends = (found[0], found[-1]) if len(found) > 1 else (found[0],)
    texts = [f"{points(value)}, {title}" for value, title in ends]
    return [*texts, *["–"] * (2 - len(ends)), f"{gains} of {len(found)}"]


def reading(results):
    """Returns what the numbers say, as a list."""
    lines = []
    for method in ("pleas", "sources", "permutation"):
        name = "permutation only" if method == "permutation" else "PLeaS"
        for pair, theirs in AUTHORS.items():
            lines += against_authors(results, method, pair, theirs[name])
    for what, one, other in (
        ("Without any data, instead of with 1,000 images", ("pleas", "none", 0), ("pleas", "task", 1000)),
        ("With 1,000 images of MNIST instead of the task's", ("pleas", "other", 1000), ("pleas", "task", 1000)),
        ("With 100 images instead of 1,000", ("pleas", "task", 100), ("pleas", "task", 1000)),
    ):
        for budget in ("1.0", "1.2"):
            found = [
                f"{points(value)} ({title})" for pair, (title, _) in PAIRS.items()
                for value in [results.difference(pair, budget, one, other)] if value is not None]
            if found:
                lines.append(f"- {what}, at {budget}×: {', '.join(found)}.")
    return "\n".join(lines) or "Nothing has been measured yet."


def against_authors(results, method, pair, theirs):
    """Returns a sentence on where a method is better and worse than the authors' code, if it has been measured."""
    verdicts = {"better": [], "worse": [], "no different by seed": []}
    for budget, their in zip(BUDGETS, theirs):
        values = list(results.by_seed(pair, method, budget).values())
        if values:
            better, worse = min(values) > their, max(values) < their
            verdict = "better" if better else "worse" if worse else "no different by seed"
            verdicts[verdict].append(f"{budget}× ({points(np.mean(values) - their)})")
    said = [f"{verdict} at {', '.join(found)}" for verdict, found in verdicts.items() if found]
    name = METHODS[method].strip("*")
    name = name[0].upper() + name[1:]
    return [f"- {name}, against the authors' code, {PAIRS[pair][0]}: {'; '.join(said)}."] if said else []


def write(page, file):
    """Replaces all tables of a page by those of a file of measurements."""
    results = Results(read(file))
    parts = {
        "summary 1.0": summary(results, "1.0"),
        "summary 1.2": summary(results, "1.2"),
        "tasks": by_task(results),
        "data 1.0": data(results, "1.0"),
        "data 1.2": data(results, "1.2"),
        "contrasts": contrasts(results),
        "reading": reading(results),
        **{pair: budgets(results, pair) for pair in PAIRS},
    }
    text = page.read_text()
    for name, part in parts.items():
        begin, end = f"<!-- measured {name} -->", f"<!-- end measured {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"{page}: expected {begin} and {end} once each")
        before, rest = text.split(begin)
        text = f"{before}{begin}\n\n{part}\n\n{end}{rest.split(end)[1]}"
    page.write_text(text)
