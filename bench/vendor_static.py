"""Refresh the vendored styles and scripts in catchup/static/vendor from the npm packages.

    python bench/vendor_static.py

Needs npm on the path; nothing else does. The service is not on GOV.UK, so it may not show the crown or
use the GDS Transport typeface: both are taken out here, and the script stops when a new version of
the package would bring them back by another way. Beside each file lie its compressed forms, as it is sent.
"""

import gzip
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import brotli

VENDOR = Path(__file__).resolve().parent.parent / "catchup" / "static" / "vendor"
GOVUK = "govuk-frontend@6.6.0"
AUTOCOMPLETE = "accessible-autocomplete@3.0.1"
HTMX = "htmx.org@4.0.1"
SYSTEM_FONTS = '-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'

FONT_FACES = 2
FONT_USES = 58
CRESTS = 3


def unpacked(package: str, into: Path) -> Path:
    """Fetch one npm package and unpack it; return its folder."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is needed to refresh the vendored files and is not on the path.")
    said = subprocess.run(
        [npm, "pack", "--silent", package], cwd=into, check=True, capture_output=True, text=True
    )
    archive = into / said.stdout.strip().splitlines()[-1]
    folder = into / archive.stem
    with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def replaced(text: str, old: str, new: str, times: int) -> str:
    """Replace ``old``, which must stand in ``text`` exactly ``times`` times."""
    found = text.count(old)
    if found != times:
        sys.exit(f"Expected {times} × {old!r}, found {found}: look at the new version before using it.")
    return text.replace(old, new)


def without_font_faces(css: str) -> str:
    """Take out the @font-face blocks, so that no font is asked for."""
    before, *blocks = css.split("@font-face{")
    if len(blocks) != FONT_FACES:
        sys.exit(f"Expected {FONT_FACES} @font-face blocks, found {len(blocks)}.")
    return before + "".join(block.partition("}")[2] for block in blocks)


def without_source_map(text: str) -> str:
    """Drop the pointer to a source map that is not shipped."""
    head, mark, _ = text.rpartition("sourceMappingURL=")
    return head[:-4].rstrip() + "\n" if mark else text


def plain_govuk_css(css: str) -> str:
    """The prebuilt stylesheet with system fonts and without the crest."""
    css = without_font_faces(css)
    css = replaced(css, "GDS Transport,arial,sans-serif", SYSTEM_FONTS, FONT_USES)
    css = replaced(css, "url(/assets/images/govuk-crest.svg)", "none", CRESTS)
    if "GDS" in css or "url(" in css:
        sys.exit("The stylesheet still names GDS or fetches a file.")
    return without_source_map(css)


def compress() -> None:
    """Lay beside each file what is sent of it: whitenoise finds NAME.br and NAME.gz by itself."""
    for path in sorted([*VENDOR.glob("*/*.css"), *VENDOR.glob("*/*.js")]):
        content = path.read_bytes()
        path.with_name(f"{path.name}.br").write_bytes(brotli.compress(content, quality=11))
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        built = unpacked(GOVUK, Path(folder)) / "dist" / "govuk"
        to = VENDOR / "govuk-frontend"
        css = (built / "govuk-frontend.min.css").read_text(encoding="utf-8")
        (to / "govuk-frontend.min.css").write_text(plain_govuk_css(css), encoding="utf-8")
        js = (built / "govuk-frontend.min.js").read_text(encoding="utf-8")
        (to / "govuk-frontend.min.js").write_text(without_source_map(js), encoding="utf-8")

        package = unpacked(AUTOCOMPLETE, Path(folder))
        to = VENDOR / "accessible-autocomplete"
        for name in ("accessible-autocomplete.min.css", "accessible-autocomplete.min.js"):
            text = (package / "dist" / name).read_text(encoding="utf-8")
            (to / name).write_text(without_source_map(text), encoding="utf-8")
        shutil.copy(package / "LICENSE.txt", to / "LICENSE.txt")

        package = unpacked(HTMX, Path(folder))
        to = VENDOR / "htmx"
        js = (package / "dist" / "htmx.min.js").read_text(encoding="utf-8")
        (to / "htmx.min.js").write_text(without_source_map(js), encoding="utf-8")
        shutil.copy(package / "LICENSE", to / "LICENSE.txt")
    compress()
    print(f"{GOVUK}, {AUTOCOMPLETE} and {HTMX} are in {VENDOR.relative_to(VENDOR.parents[2])}.")


if __name__ == "__main__":
    main()
