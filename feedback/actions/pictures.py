"""A photo drawn anew: upright, at most so large, with a small one beside it; place, time, camera and whatever hid behind it are gone."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from feedback.rules.attachment import Format, Unusable

LONGEST = 2560
"""Pixels of the longer side: enough to read a number plate, about a tenth of what cameras send."""
SMALL = 360
"""The same of the small picture: sharp in two columns of a phone."""
_JPEG_PIXELS = 120_000_000
"""The largest cameras of phones have 108 million; a JPEG is made smaller while it is read."""
_PIXELS = 40_000_000
"""Of PNG and WebP, which need four bytes of memory for each: 160 MB. The largest screens have 15 million."""
_PNG_BYTES = 4 << 20
"""A PNG larger than this is a photo: JPEG keeps it in a tenth."""
_THIN = 60
"""How many times longer than wide a picture may be: long screenshots have 20."""

_BROKEN = "打不开，图片可能没有传完整。请重新拍一张或者换一张再传"
_HUGE = "的尺寸太大了，请改小一些再传"


@dataclass(frozen=True, slots=True)
class Picture:
    """What is kept of a photo."""

    format: Format
    content: bytes
    small: bytes
    """Always a JPEG."""
    width: int
    height: int


def drawn_anew(sent: bytes) -> Picture:
    """The picture of a JPEG, PNG or WebP file. Raises Unusable for one that is broken, cut off or a decompression bomb."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of sizes and odd metadata; we judge the former, drop the latter
        try:
            return _drawn(sent)
        except Unusable:
            raise
        except Image.DecompressionBombError as fault:
            raise Unusable(_HUGE) from fault
        except (OSError, SyntaxError, ValueError, EOFError, MemoryError, OverflowError, TypeError, IndexError) as fault:
            # Whatever a decoder trips over in a file made by anybody.
            raise Unusable(_BROKEN) from fault


def _drawn(sent: bytes) -> Picture:
    with Image.open(io.BytesIO(sent), formats=("JPEG", "PNG", "WEBP")) as opened:
        _demand_size(opened)
        lossless = opened.format == "PNG"
        opened.draft("RGB", (LONGEST, LONGEST))
        opened.load()
        image = _in_srgb(ImageOps.exif_transpose(opened))
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    small = image.copy()
    small.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    format, content = _written(image, lossless=lossless)
    return Picture(format, content, _jpeg(small, quality=78), *image.size)


def _demand_size(opened: Image.Image) -> None:
    width, height = opened.size
    most = _JPEG_PIXELS if opened.format == "JPEG" else _PIXELS
    if width * height > most or max(width, height) > _THIN * min(width, height):
        raise Unusable(_HUGE)


def _in_srgb(image: Image.Image) -> Image.Image:
    """The colours as every screen shows them, without the profile, which names the camera; transparency stays."""
    clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            image = converted or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile nobody can read: the colours are shown as they are
    plain = image.convert("RGBA" if clear else "RGB")
    # Only the pixels go on: whatever else Pillow remembers of the file stays behind.
    return Image.frombytes(plain.mode, plain.size, plain.tobytes())


def _written(image: Image.Image, *, lossless: bool) -> tuple[Format, bytes]:
    """Screenshots stay sharp, photos become JPEG."""
    if lossless or image.mode == "RGBA":
        out = io.BytesIO()
        image.save(out, "PNG", compress_level=6)
        if len(out.getvalue()) <= _PNG_BYTES:
            return Format.PNG, out.getvalue()
    return Format.JPEG, _jpeg(image, quality=85)


def _jpeg(image: Image.Image, *, quality: int) -> bytes:
    if image.mode == "RGBA":
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, progressive=True)
    return out.getvalue()
