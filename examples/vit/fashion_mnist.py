"""Makes the Fashion-MNIST example's modules importable: idx, images and selection serve both examples."""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "fashion-mnist"
sys.path.append(str(FOLDER))
