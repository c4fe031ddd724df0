"""What a file really is: told by its first bytes, never by its name, and looked through by who knows that kind. Blocks: call it from a thread."""

import re
from dataclasses import dataclass

from feedback.actions import documents, pictures
from feedback.rules import attachment
from feedback.rules.attachment import Format, Unusable

TAKEN = "可以传照片（JPG、PNG、WebP）、PDF、Word（docx）、Excel（xlsx）和文本（txt）"

_HEIC = re.compile(rb"....ftyp(heic|heix|hevc|heim|heis|mif1|msf1)", re.S)
_MOVIE = re.compile(rb"....ftyp|\x1aE\xdf\xa3|RIFF....AVI |\x00\x00\x01\xba", re.S)
_SOUND = re.compile(rb"ID3|\xff[\xfb\xf3\xf2]|#!AMR|RIFF....WAVE|OggS|fLaC", re.S)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ARCHIVE = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_PROGRAM = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_SCRIPT = re.compile(rb"<\?php|<script|<html|<!doctype html|<svg", re.I)
_ZIP_END = b"PK\x05\x06"


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is kept of a file that was sent."""

    name: str
    format: Format
    content: bytes
    small: bytes = b""
    width: int | None = None
    height: int | None = None


def inspect(name: str, sent: bytes, *, number: int = 1) -> Inspected:
    """The file as it is kept; `number` names one without a name. Raises Unusable with a sentence for who sent it."""
    if not sent:
        raise Unusable("是空的，请重新选择")
    if len(sent) > attachment.EACH:
        raise Unusable(f"有 {attachment.weight(len(sent))}，每个文件最多 {attachment.EACH >> 20} MB。请改小一些再传")
    found = _looked_through(sent)
    if not attachment.fits(attachment.cleaned(name), found.format):
        raise Unusable(f"的扩展名和内容不一致：里面其实是{attachment.CALLED[found.format]}。请传原来的文件")
    called = attachment.named(name, found.format, number=number)
    return Inspected(called, found.format, found.content, found.small, found.width, found.height)


def _looked_through(sent: bytes) -> Inspected:
    if _is_picture(sent):
        _demand_only_a_picture(sent)
        made = pictures.drawn_anew(sent)
        return Inspected("", made.format, made.content, made.small, made.width, made.height)
    if sent.startswith(b"%PDF-"):
        documents.pdf(sent)
        return Inspected("", Format.PDF, sent)
    if sent.startswith(b"PK\x03\x04"):
        return Inspected("", documents.office(sent), sent)
    _demand_known(sent)
    return Inspected("", Format.TEXT, documents.text(sent))


def _is_picture(sent: bytes) -> bool:
    return sent.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (sent[:4] == b"RIFF" and sent[8:12] == b"WEBP")


def _demand_only_a_picture(sent: bytes) -> None:
    """A picture that is another file too was made to deceive somebody: drawing it anew would disarm it, but nobody sends it by mistake."""
    also = b"%PDF-" in sent[:1024] or _ZIP_END in sent[-(1 << 16) :] or _SCRIPT.search(sent[:4096]) or _SCRIPT.search(sent[-4096:])
    if also:
        raise Unusable("里混着另一种文件，不能上传。请重新拍一张或者截图再传")


def _demand_known(sent: bytes) -> None:
    """Raises Unusable for what has a name among people, with what they can do instead."""
    if _HEIC.match(sent):
        raise Unusable("是苹果手机的 HEIC 照片，这里还打不开。请在“设置－相机－格式”里选“兼容性最佳”再拍，或者截图后上传")
    if _SOUND.match(sent):
        raise Unusable("是录音，这里不能传。请把要紧的话写下来")
    if _MOVIE.match(sent):
        raise Unusable("是视频，这里不能传。请截几张图，视频等承办人员联系您时再给")
    if sent.startswith(_OLD_OFFICE):
        raise Unusable("是旧格式的 Word 或 Excel。请另存为 docx、xlsx 或 PDF 再传")
    if sent.startswith(_ARCHIVE):
        raise Unusable("是压缩包，不能上传。请把里面的文件直接传上来")
    if sent.startswith(_PROGRAM) or _SCRIPT.search(sent[:4096]) or b"\x00" in sent[:4096]:
        raise Unusable(f"不是能上传的文件。{TAKEN}")
