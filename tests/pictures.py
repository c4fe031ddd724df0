"""Files as people send them, good ones and bad ones, made by hand: what is in them is known."""

import io
import zipfile
from typing import Any

from PIL import Image

PLACE = {1: "N", 2: (24.0, 18.0, 56.0), 3: "E", 4: (109.0, 24.0, 39.0)}
"""Where the photo was taken, as cameras write it: 24°18′56″ N, 109°24′39″ E, in Liuzhou."""
CAMERA = "Kamera 9000"


def photo(width: int = 640, height: int = 480, *, colour: str = "#336699", orientation: int = 1, **more: Any) -> bytes:
    """A JPEG as a phone makes it: with camera, orientation and place; the left half in another colour."""
    image = Image.new("RGB", (width, height), colour)
    image.paste("#ffcc00", (0, 0, width // 2, height))
    exif = image.getexif()
    exif[0x0110], exif[0x0112] = CAMERA, orientation
    exif.get_ifd(0x8825).update(PLACE)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=90, **more)
    return out.getvalue()


def grain(width: int, height: int) -> bytes:
    """A JPEG full of noise, as large in bytes as photos of a good camera are."""
    out = io.BytesIO()
    Image.effect_noise((width, height), 90).convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


def picture(format: str, mode: str = "RGB", size: tuple[int, int] = (300, 200), **more: Any) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, size, 120 if mode in ("L", "P") else (200, 30, 30, 120)[: len(mode)]).save(out, format, **more)
    return out.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_WORD = b'<?xml version="1.0"?><w:document xmlns:w="urn:w"><w:body/></w:document>'


def office(main: str = "word/document.xml", **parts: bytes) -> bytes:
    """A Word document, or with another `main` part an Excel table; `parts` by name with __ for / and _dot_ for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", _TYPES)
        packed.writestr(main, _WORD)
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 40
MOVIE = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 40
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
