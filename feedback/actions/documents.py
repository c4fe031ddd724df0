"""Documents looked through before they are kept: PDF, Word, Excel and plain text. They are kept as they came, and only ever downloaded."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from feedback.rules.attachment import MEBIBYTE, Format, Unusable

_UNPACKED = 150 * MEBIBYTE
"""Bytes a document may unpack to: a Word file full of scans has about what it weighs."""
_PARTS = 3000
_RATIO = 200
"""How many times larger than packed a document may be: XML of a big table reaches 30."""
_TEXT = 1 * MEBIBYTE

_MAKES = {"word/document.xml": Format.DOCX, "xl/workbook.xml": Format.XLSX}
_PROGRAM = re.compile(r"(vbaproject|vbadata|activex|macrosheets|oleobject|\.(bin|exe|dll|js|vbs|bat|cmd|ps1|scr|jar|lnk|hta)$)", re.I)
"""Parts that run, or that carry what nobody can look into. Excel's own printer settings are the one harmless .bin."""
_HARMLESS = re.compile(r"printersettings\d*\.bin$", re.I)
_ELSEWHERE = re.compile(rb'(attachedTemplate|oleObject|/frame)"[^>]*TargetMode\s*=\s*"External"|TargetMode\s*=\s*"External"[^>]*(attachedTemplate|oleObject|/frame)"', re.I)
_RUNS = re.compile(rb"/JavaScript\b|/Launch\b|/RichMedia\b|/XFA\b")

_ZIP_END = b"PK\x05\x06"
_BROKEN = "打不开，可能没有传完整。请重新导出一份再传"
_PROGRAMS = "里带有宏或者程序，不能上传。请另存为 PDF 再传"
_MIXED = "里混着另一种文件，不能上传。请重新导出一份再传"
_BOMB = "展开以后太大了，不能上传。请拆成几份，或者另存为 PDF 再传"


def pdf(sent: bytes) -> None:
    """Raises Unusable for a PDF that is cut off, runs something, or is also another kind of file."""
    if b"%%EOF" not in sent[-2048:]:
        raise Unusable(_BROKEN)
    if _ZIP_END in sent[-(1 << 16) :]:
        raise Unusable(_MIXED)
    if _RUNS.search(sent):
        raise Unusable("里带有会自己运行的内容，不能上传。请用“打印”另存一份 PDF 再传")


def office(sent: bytes) -> Format:
    """Which of the two it is. Raises Unusable for any other archive, macros, programs, bombs and mixtures."""
    if b"%PDF-" in sent[:1024] or sent.rfind(_ZIP_END) < len(sent) - (1 << 16):
        raise Unusable(_MIXED if b"%PDF-" in sent[:1024] else _BROKEN)
    try:
        with zipfile.ZipFile(io.BytesIO(sent)) as packed:
            format = _demanded(packed, len(sent))
            for name, content in _parts(packed):
                _demand_harmless(name, content)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as fault:
        raise Unusable(_BROKEN) from fault
    return format


def _demanded(packed: zipfile.ZipFile, weight: int) -> Format:
    parts = packed.infolist()
    names = {one.filename for one in parts}
    format = next((format for part, format in _MAKES.items() if part in names), None)
    if format is None or "[Content_Types].xml" not in names:
        raise Unusable("是压缩包，看不出里面是什么，不能上传。请把里面的照片、PDF、Word 或 Excel 直接传上来")
    if any(one.flag_bits & 1 for one in parts):
        raise Unusable("加了密码，我们打不开。请去掉密码再传")
    if any(_PROGRAM.search(name) and not _HARMLESS.search(name) for name in names):
        raise Unusable(_PROGRAMS)
    if len(parts) > _PARTS or len(names) < len(parts) or sum(one.file_size for one in parts) > min(_UNPACKED, _RATIO * weight):
        raise Unusable(_BOMB)
    return format


def _parts(packed: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Each part really unpacked: what the archive says of its sizes need not be true."""
    left = _UNPACKED
    for one in packed.infolist():
        with packed.open(one) as part:
            content = part.read(left + 1)
        left -= len(content)
        if left < 0:
            raise Unusable(_BOMB)
        yield one.filename, content


def _demand_harmless(name: str, content: bytes) -> None:
    if name == "[Content_Types].xml" and b"macroenabled" in content.lower():
        raise Unusable(_PROGRAMS)
    if name.endswith(".rels") and _ELSEWHERE.search(content):
        raise Unusable("打开时会去别的网站取内容，不能上传。请另存为 PDF 再传")
    if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in content[:4096]:
        raise Unusable(_PROGRAMS)


def text(sent: bytes) -> bytes:
    """The text in UTF-8. Raises Unusable for what is no text, or too long to be read by anybody."""
    if len(sent) > _TEXT:
        raise Unusable("太长了，文本最多 1 MB")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            words = sent.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Unusable(_BROKEN)
    if not words.strip() or any(ord(one) < 32 and one not in "\t\r\n\f" for one in words):
        raise Unusable(_BROKEN)
    return words.encode()
