"""What is taken of the files people send, what is left of them, and what is refused with which words. BEHAVIOURS 57."""

import io
import random
import struct
import zipfile
import zlib

import openpyxl
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from feedback.actions import attaching, inspecting, pictures
from feedback.rules import attachment
from feedback.rules.attachment import Format, Unusable
from tests import pictures as files


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


# Photos -----------------------------------------------------------------------------------------------------------


def test_place_time_and_camera_are_gone_and_the_photo_stands_upright():
    sent = files.photo(640, 480, orientation=6)  # the camera was held upright: turn right by 90 degrees
    assert files.CAMERA.encode() in sent and opened(sent).getexif().get_ifd(0x8825)
    found = inspecting.inspect("现场.jpg", sent)
    for content in (found.content, found.small):
        image = opened(content)
        assert not image.getexif() and not image.info.get("icc_profile") and files.CAMERA.encode() not in content
    assert (found.format, found.width, found.height) == (Format.JPEG, 480, 640)
    image = opened(found.content)
    top, bottom = image.getpixel((240, 100)), image.getpixel((240, 540))
    assert top[0] > 200 and top[2] < 60, "the yellow left half is on top now"
    assert bottom[2] > 100


def test_a_large_photo_becomes_2560_pixels_with_a_small_one_of_360():
    found = inspecting.inspect("a.jpg", files.photo(5000, 2500))
    assert (found.width, found.height) == (2560, 1280)
    assert opened(found.small).size == (360, 180)


def test_a_photo_of_108_million_pixels_becomes_2560():
    sent = io.BytesIO()
    Image.new("L", (12000, 9000), 128).save(sent, "JPEG", quality=50)
    found = inspecting.inspect("a.jpg", sent.getvalue())
    assert max(found.width, found.height) == 2560


@pytest.mark.parametrize(
    ("format", "mode", "kept"),
    [("PNG", "RGB", Format.PNG), ("PNG", "RGBA", Format.PNG), ("PNG", "P", Format.PNG), ("PNG", "L", Format.PNG),
     ("WEBP", "RGB", Format.JPEG), ("WEBP", "RGBA", Format.PNG), ("JPEG", "L", Format.JPEG), ("JPEG", "CMYK", Format.JPEG)],
)  # fmt: skip
def test_every_kind_of_picture_is_drawn_anew(format, mode, kept):
    found = inspecting.inspect(f"a.{format.lower()}", files.picture(format, mode))
    assert found.format is kept and (found.width, found.height) == (300, 200)
    assert opened(found.content).size == (300, 200) and opened(found.small).format == "JPEG"


def test_words_hidden_in_a_picture_are_gone():
    sent = io.BytesIO()
    hidden = PngInfo()
    hidden.add_text("Author", "张三 13977200001")
    Image.new("RGB", (50, 50)).save(sent, "PNG", pnginfo=hidden)
    assert b"13977200001" in sent.getvalue()
    assert b"13977200001" not in inspecting.inspect("a.png", sent.getvalue()).content
    behind = files.photo() + b"13977200001" * 10  # phones hang a film or a second picture behind the photo
    assert b"13977200001" not in inspecting.inspect("a.jpg", behind).content


def bomb() -> bytes:
    """A PNG that says it has 60000 × 60000 pixels: 10 GB of memory."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in names:
            packed.writestr(name, b"x")
    return out.getvalue()


REFUSED = {
    "empty": ("a.jpg", b"", "是空的"),
    "cut off": ("a.jpg", files.photo(2000, 2000)[:9000], "打不开"),
    "png cut off": ("a.png", files.picture("PNG", size=(900, 900))[:300], "打不开"),
    "only a beginning": ("a.jpg", b"\xff\xd8\xff\xe0", "打不开"),
    "bomb": ("a.png", bomb(), "尺寸太大"),
    "thin": ("a.png", files.picture("PNG", size=(9000, 10)), "尺寸太大"),
    "photo and archive": ("a.jpg", files.photo() + archive("evil.class"), "混着另一种文件"),
    "photo and page": ("a.jpg", files.photo(comment=b"<script>alert(1)</script>"), "混着另一种文件"),
    "photo and pdf": ("a.jpg", files.photo(comment=files.PDF), "混着另一种文件"),
    "photo called pdf": ("合同.pdf", files.photo(), "扩展名和内容不一致：里面其实是图片"),
    "pdf called photo": ("照片.jpg", files.PDF, "扩展名和内容不一致：里面其实是PDF"),
    "program called photo": ("a.jpg", b"MZ\x90\x00" + b"\x00" * 100, "不是能上传的文件"),
    "page called text": ("a.txt", b"<!DOCTYPE html><p>x", "不是能上传的文件"),
    "drawing": ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "不是能上传的文件"),
    "text called page": ("a.html", "只是几句话".encode(), "扩展名和内容不一致：里面其实是文本"),
    "heic": ("IMG_1.HEIC", files.HEIC, "HEIC"),
    "film": ("a.mp4", files.MOVIE, "是视频"),
    "sound": ("a.mp3", b"ID3\x04" + b"\x00" * 50, "是录音"),
    "old word": ("a.doc", files.OLD_WORD, "旧格式"),
    "rar": ("a.rar", b"Rar!\x1a\x07\x00", "是压缩包"),
    "zip": ("a.zip", archive("a.txt"), "是压缩包，看不出"),
    "pdf cut off": ("a.pdf", files.PDF[:-20], "打不开"),
    "pdf that runs": ("a.pdf", files.PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(x)>>"), "自己运行"),
    "pdf and archive": ("a.pdf", files.PDF + archive("a.class") + b"%%EOF", "混着另一种文件"),
    "macros": ("a.docx", files.office(word__vbaProject_dot_bin=b"x"), "宏"),
    "embedded program": ("a.docx", files.office(word__embeddings__oleObject1_dot_bin=b"x"), "宏"),
    "template elsewhere": (
        "a.docx",
        files.office(word___rels__settings_dot_xml_dot_rels=b'<Relationship Type="x/attachedTemplate" Target="http://evil" TargetMode="External"/>'),
        "别的网站",
    ),
    "entities": ("a.xlsx", files.office("xl/workbook.xml", xl__a_dot_xml=b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"), "宏"),
    "archive bomb": ("a.docx", files.office(word__media__a_dot_xml=b"\0" * (20 << 20)), "展开以后太大"),
    "word cut off": ("a.docx", files.office()[:-30], "打不开"),
    "word and pdf": ("a.docx", files.office()[:4] + files.PDF + files.office()[4:], "混着另一种文件"),
    "nothing in it": ("a.txt", b"   \n", "打不开"),
    "too large": ("a.txt", b"a" * (attachment.EACH + 1), "最多 10 MB"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_told_so_that_people_know_what_to_do(case):
    name, sent, words = REFUSED[case]
    with pytest.raises(Unusable) as refused:
        inspecting.inspect(name, sent)
    assert words in str(refused.value)


def test_an_archive_that_lies_about_its_sizes_is_refused():
    sent = bytearray(files.office(word__media__a_dot_xml=b"\0" * (3 << 20)))
    at = sent.rfind(b"word/media/a.xml") - 46  # its line in the table at the end
    assert sent[at : at + 4] == b"PK\x01\x02"
    sent[at + 24 : at + 28] = struct.pack("<I", 100)  # unpacked: a hundred bytes, it says
    with pytest.raises(Unusable):
        inspecting.inspect("a.docx", bytes(sent))


@pytest.mark.parametrize(
    ("name", "sent", "format", "called"),
    [
        ("答复 意见.pdf", files.PDF, Format.PDF, "答复 意见.pdf"),
        ("说明.docx", files.office(), Format.DOCX, "说明.docx"),
        ("名单.XLSX", files.office("xl/workbook.xml"), Format.XLSX, "名单.xlsx"),
        ("情况.txt", "工地夜里施工".encode("gb18030"), Format.TEXT, "情况.txt"),
        ("微信图片.jpg", files.picture("PNG"), Format.PNG, "微信图片.png"),
        ("image", files.photo(), Format.JPEG, "image.jpg"),
        ("", files.photo(), Format.JPEG, "附件2.jpg"),
    ],
)
def test_what_is_taken_keeps_its_name_with_the_ending_of_its_content(name, sent, format, called):
    found = inspecting.inspect(name, sent, number=2)
    assert (found.format, found.name) == (format, called)


def test_text_is_kept_in_utf_8():
    assert inspecting.inspect("a.txt", "打桩".encode("gb18030")).content == "打桩".encode()


def test_excel_with_printer_settings_is_no_program():
    sent = files.office("xl/workbook.xml", xl__printerSettings__printerSettings1_dot_bin=b"HP")
    assert inspecting.inspect("a.xlsx", sent).format is Format.XLSX


def test_the_real_files_of_our_own_lists_are_taken():
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in range(3000):
        book.active.append([row, "工地", 0])
    book.save(out)
    assert inspecting.inspect("表.xlsx", out.getvalue()).format is Format.XLSX


def test_whatever_bytes_come_the_answer_is_a_file_or_a_sentence():
    chance = random.Random(57)
    whole = [files.photo(), files.picture("PNG"), files.picture("WEBP"), files.PDF, files.office()]
    for _ in range(300):
        sent = bytearray(chance.choice(whole))
        for _ in range(chance.randrange(1, 30)):
            sent[chance.randrange(len(sent))] = chance.randrange(256)
        sent = sent[: chance.randrange(1, len(sent) + 1)]
        try:
            inspecting.inspect("a", bytes(sent))
        except Unusable as refused:
            assert str(refused)


def test_pictures_are_drawn_one_at_a_time():
    """Longest side 2560 of the largest PNG taken: 40 million pixels in memory once, never nine times."""
    assert attaching._LOOKING._max_workers == 1
    assert pictures.LONGEST == 2560
