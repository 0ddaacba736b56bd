"""Pictures are decoded before they are kept: what would break a page later is refused now."""

import io

import pytest
from PIL import Image, ImageFile

from bureau.errors import RuleError
from bureau.services import files


def _picture(kind: str, size: tuple[int, int] = (640, 480)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, kind)
    return out.getvalue()


def _store(content: bytes, bureau, name: str = "现场.jpg"):
    return files.store(
        upload=io.BytesIO(content), name=name, authority=bureau, by=None, accept=("image",)
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_cut_short_is_refused(bureau, kind, monkeypatch):
    # WeasyPrint, once imported, makes Pillow fill up what is missing, everywhere: then it breaks no page.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    whole = _picture(kind)

    assert _store(whole, bureau).kind == f"image/{kind.lower()}"
    with pytest.raises(RuleError, match="内容不是照片"):
        _store(whole[: len(whole) // 2], bureau)


def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused(bureau, monkeypatch):
    monkeypatch.setattr(files, "MOST_PIXELS", 10_000)

    with pytest.raises(RuleError, match="尺寸异常大"):
        _store(_picture("PNG"), bureau)


@pytest.mark.parametrize(
    "content",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html><script>1</script>", b"GIF89a"],
)
def test_what_only_calls_itself_a_picture_is_refused(bureau, content):
    with pytest.raises(RuleError, match="内容不是照片"):
        _store(content, bureau, "现场.png")


def test_a_path_in_the_name_is_left_behind(bureau):
    stored = _store(_picture("PNG"), bureau, "..\\..\\etc/../../现场<script>.png")

    assert stored.name == "现场<script>.png"
    assert stored.path.startswith(f"{bureau.code}/")
    assert ".." not in stored.path
