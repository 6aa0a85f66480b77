"""Makes the images of this folder and what Pillow and torchvision make of them.

    python3 make_references.py

Written with Pillow 9.4.0 and torchvision 0.14.1. Every .bin file is the expected samples of its .tsv file,
row after row of the table without gaps: channel by channel, each row-major. decoded and preprocessed are
bytes, normalized is little-endian float32.
"""

import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms
from torchvision import transforms as T

HERE = pathlib.Path(__file__).parent
IMAGES = HERE / "images"
IMAGES.mkdir(exist_ok=True)
random = np.random.RandomState(20240702)


def picture(height, width, channels, noise=25):
    """Waves with noise: neighbours differ, all values occur, channels differ."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [127 + 100 * np.sin(x / 5 + c) + 40 * np.cos(y / (3 + c)) for c in range(channels)]
    values = np.stack(waves, -1) + random.randint(-noise, noise + 1, (height, width, channels))
    return np.clip(values, 0, 255).astype(np.uint8)


def write_png(name, samples, bits, color_type):
    """Writes what Pillow cannot write: samples is rows of packed bytes."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    height, width, rows = samples
    header = struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, 0)
    data = b"".join(b"\0" + row for row in rows)
    (IMAGES / name).write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def jpeg(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90, **options)
    return buffer.getvalue()


def without_jfif(data):
    """Drops the APP0 segment that comes first."""
    assert data[2:4] == b"\xff\xe0"
    return data[:2] + data[4 + struct.unpack(">H", data[4:6])[0]:]


def swapped_profile():
    """sRGB with red and green exchanged: whoever applies it is found out."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return data.replace(b"rXYZ", b"tmpX").replace(b"gXYZ", b"rXYZ").replace(b"tmpX", b"gXYZ")


H, W = 17, 23
rgb = Image.fromarray(picture(H, W, 3))
gray = Image.fromarray(picture(H, W, 1)[..., 0])
rgba = Image.fromarray(picture(H, W, 4), "RGBA")
la = Image.fromarray(picture(H, W, 2), "LA")
cmyk = Image.fromarray(picture(H, W, 4), "CMYK")
palette = rgb.quantize(40)

rgb.save(IMAGES / "rgb.png")
rgb.save(IMAGES / "rgb-profile.png", icc_profile=swapped_profile())
gray.save(IMAGES / "gray.png")
gray.convert("1").save(IMAGES / "bilevel.png")
rgba.save(IMAGES / "rgba.png")
la.save(IMAGES / "gray-alpha.png")
palette.save(IMAGES / "palette-alpha.png", transparency=3)
palette.save(IMAGES / "palette.gif", transparency=5)
palette.save(IMAGES / "palette.bmp")
rgb.save(IMAGES / "rgb.bmp")
rgb.save(IMAGES / "rgb.tif", compression="tiff_lzw")
rgba.save(IMAGES / "rgba.tif")
cmyk.save(IMAGES / "cmyk.tif")
rgb.save(IMAGES / "rgb-lossless.webp", lossless=True)
rgba.save(IMAGES / "rgba-lossless.webp", lossless=True, exact=True)
Image.fromarray(picture(H, W, 3, noise=5)).save(IMAGES / "lossy.webp", quality=90)

four_bits = random.randint(0, 256, (H, (W + 1) // 2)).astype(np.uint8)
write_png("gray-4-bit.png", (H, W, [row.tobytes() for row in four_bits]), 4, 0)
deep_rgb = random.randint(0, 65536, (H, W, 3)).astype(">u2")
write_png("rgb-16-bit.png", (H, W, [row.tobytes() for row in deep_rgb]), 16, 2)
deep_gray = random.randint(0, 65536, (H, W)).astype(">u2")
write_png("gray-16-bit.png", (H, W, [row.tobytes() for row in deep_gray]), 16, 0)

(IMAGES / "rgb-444.jpg").write_bytes(jpeg(rgb, subsampling=0))
(IMAGES / "rgb-422.jpg").write_bytes(jpeg(rgb, subsampling=1))
(IMAGES / "rgb-420.jpg").write_bytes(jpeg(rgb, subsampling=2))
(IMAGES / "progressive.jpg").write_bytes(jpeg(rgb, progressive=True))
(IMAGES / "profile.jpg").write_bytes(jpeg(rgb, icc_profile=swapped_profile()))
(IMAGES / "gray.jpg").write_bytes(jpeg(gray))
exif = Image.Exif()
exif[0x0112] = 6  # turn by 90 degrees
(IMAGES / "exif-turned.jpg").write_bytes(jpeg(rgb, exif=exif))
cmyk_jpeg = jpeg(cmyk)
(IMAGES / "cmyk.jpg").write_bytes(cmyk_jpeg)
adobe = cmyk_jpeg.index(b"Adobe")
(IMAGES / "ycck.jpg").write_bytes(cmyk_jpeg[:adobe + 11] + b"\2" + cmyk_jpeg[adobe + 12:])
bare = without_jfif(jpeg(rgb, subsampling=0))
(IMAGES / "unmarked.jpg").write_bytes(bare)
(IMAGES / "adobe-rgb.jpg").write_bytes(
    bare[:2] + b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0" + bare[2:])
frame, scan = bare.index(b"\xff\xc0"), bare.index(b"\xff\xda")
letters = bytearray(bare)
for c, letter in enumerate(b"RGB"):
    letters[frame + 10 + 3 * c] = letter
    letters[scan + 5 + 2 * c] = letter
(IMAGES / "letters-rgb.jpg").write_bytes(bytes(letters))

Image.fromarray(picture(37, 21, 3)).save(IMAGES / "tall.png")
Image.fromarray(picture(61, 83, 3)).save(IMAGES / "wide.png")
Image.fromarray(picture(3, 90, 3)).save(IMAGES / "strip.png")
Image.fromarray(picture(1, 1, 3)).save(IMAGES / "dot.png")


def planes(image):
    values = np.asarray(image, dtype=np.uint8)
    return values[None] if values.ndim == 2 else values.transpose(2, 0, 1)


class Table:
    def __init__(self, name, *columns):
        self.name, self.rows, self.data = name, ["\t".join(columns)], []

    def add(self, values, *row):
        self.rows.append("\t".join(str(cell) for cell in row))
        self.data.append(np.ascontiguousarray(values).tobytes())

    def write(self):
        (HERE / f"{self.name}.tsv").write_text("\n".join(self.rows) + "\n")
        (HERE / f"{self.name}.bin").write_bytes(b"".join(self.data))


decoded = Table("decoded", "file", "mode", "channels", "height", "width")
for path in sorted(IMAGES.iterdir()):
    with Image.open(path) as image:
        if path.name == "gray-16-bit.png":
            # Pillow cuts off above 255; the upper byte is what it takes of 16-bit colour.
            image = Image.fromarray((deep_gray >> 8).astype(np.uint8))
        for channels, mode in ((3, "RGB"), (1, "L")):
            pixels = planes(image.convert("RGB").convert(mode))
            decoded.add(pixels, path.name, image.mode, *pixels.shape)
decoded.write()

preprocessed = Table("preprocessed", "file", "resize", "crop", "channels", "height", "width")
for name in ("tall.png", "wide.png", "strip.png", "dot.png", "rgb.png"):
    for resize, crop in ((0, 0), (1, 0), (2, 0), (5, 4), (11, 0), (17, 17), (21, 0), (24, 13), (29, 24),
                         (40, 0), (0, 9), (0, 22), (0, 40), (7, 12), (16, 15)):
        if name == "strip.png" and resize >= 17:
            continue  # wide
        steps = ([T.Resize(resize)] if resize else []) + ([T.CenterCrop(crop)] if crop else [])
        for channels, mode in ((3, "RGB"), (1, "L")):
            if channels == 1 and (resize, crop) != (24, 13):
                continue
            with Image.open(IMAGES / name) as image:
                pixels = planes(T.Compose(steps)(image.convert(mode)))
            preprocessed.add(pixels, name, resize, crop, *pixels.shape)
preprocessed.write()

normalized = Table("normalized", "file", "resize", "crop", "mean", "std")
mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
for name, resize, crop in (("wide.png", 32, 28), ("tall.png", 12, 14)):
    with Image.open(IMAGES / name) as image:
        steps = T.Compose([T.Resize(resize), T.CenterCrop(crop), T.ToTensor(), T.Normalize(mean, std)])
        normalized.add(steps(image.convert("RGB")).numpy().astype("<f4"), name, resize, crop,
                       ",".join(map(str, mean)), ",".join(map(str, std)))
normalized.write()
