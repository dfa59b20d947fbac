"""What an engine builds from: a mkdocs.yml for one audience and its folder of Markdown, written only under `build/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import yaml

from ccm_site.model import Audience, Register
from ccm_site.publish.engine_settings import checked
from ccm_site.publish.template import PLACEHOLDER
from ccm_site.starter import shipped

ASSETS = Path(__file__).parent.parent / "assets"
ASSETS_AT = "assets/ccm"
DEPTHS = range(1, 5)
_GENERIC = "ccm-shell"
_RED = "red"
_PROSE = frozenset(".md .png .jpg .jpeg .gif .webp .svg .pdf .csv .txt .xlsx .docx".split())


class Section(Protocol):
    """A page of the navigation: what `views.site.sections` gives."""

    @property
    def title(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def children(self) -> Iterable[Section]: ...


@dataclass(frozen=True)
class EngineFiles:
    """Everything that an engine reads, by path in the build folder, and which pages of it are templates."""

    config: bytes
    docs: Mapping[str, bytes]
    generic: Mapping[int, str]
    sections: tuple[str, ...]
    prose: str


def site_name(register: Register, audience: Audience) -> str:
    """What a site calls itself in its header and in the titles of its pages."""
    table = register.table("register")
    council = str(table.get("short_name") or table.get("council") or "")
    name = f"{council} contracts register" if council else "Contracts register"
    return f"{name} (restricted)" if audience == "restricted" else name


def notices(register: Register, audience: Audience) -> str:
    """What stands above the header of every page: whom a restricted site is for, and that a demonstration is one."""
    out = []
    if audience == "restricted":
        out.append(
            (
                "restricted",
                "Restricted",
                "About individual children. Only for those who may read it; do not copy or send on.",
            )
        )
    if register.table("register").get("demonstration") not in (None, False, "none"):
        out.append(("demonstration", "Demonstration", "All records here are fictional."))
    return "".join(
        f'<div class="md-banner ccm-notice ccm-notice--{name}" role="note" data-pagefind-ignore="all">'
        f'<div class="md-banner__inner md-grid md-typeset"><strong>{escape(title)}.</strong> {escape(text)}</div></div>'
        for name, title, text in out
    )


def engine_files(
    root: Path, register: Register, audience: Audience, sections: Iterable[Section], engine: str
) -> EngineFiles:
    """The configuration and Markdown for one audience: prose, a placeholder for each section, and one for each depth.

    Raises `BadSettings` where the register's own mkdocs.yml names what could run code.
    """
    sections = tuple(sections)
    folder, source, title = _prose(root, audience)
    docs = dict(_files(source, folder))
    urls = tuple(_urls(sections))
    generic = {depth: _GENERIC + "".join(f"/{n}" for n in range(2, depth + 1)) + "/" for depth in DEPTHS}
    for url in ("", *urls, *generic.values()):
        docs[f"{url}index.md"] = PLACEHOLDER.encode()
    nav: list[Any] = [_entry(s) for s in sections]
    if "" not in urls:
        nav.insert(0, {"Home": "index.md"})
    pages = [path for path in docs if path.startswith(f"{folder}/") and path.endswith(".md")]
    if pages:
        nav.append({title: _tree(pages, folder)})
    config: dict[str, Any] = {
        "INHERIT": checked(inherited(root)).resolve().as_posix(),
        "site_name": site_name(register, audience),
        "docs_dir": "docs",
        "site_dir": "site",
        "use_directory_urls": True,
        "nav": nav,
        "not_in_nav": f"/{_GENERIC}/\n",
        "extra_css": [f"{ASSETS_AT}/{path}" for path in asset_files() if path.endswith(".css")],
        "extra_javascript": [
            {"path": f"{ASSETS_AT}/{path}", "defer": True} for path in asset_files() if path.endswith(".js")
        ],
        # Zensical searches unless told otherwise; MkDocs would take the same words for a plugin to load.
        "plugins": {"search": {"enabled": False}} if engine == "zensical" else [],
    }
    if audience == "restricted":
        config["theme"] = {"palette": _palette(_RED)}
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=1000)
    return EngineFiles(text.encode(), dict(sorted(docs.items())), generic, tuple(dict.fromkeys(("", *urls))), folder)


def asset_files() -> dict[str, Path]:
    """Our own styles and scripts, by their path below `ASSETS_AT`, in order."""
    found = (p for p in ASSETS.rglob("*") if p.is_file() and not p.name.startswith((".", "__")))
    return {p.relative_to(ASSETS).as_posix(): p for p in sorted(found)}


def _prose(root: Path, audience: Audience) -> tuple[str, Path, str]:
    """Where an audience's prose goes in its site, where it comes from, and what the navigation calls it."""
    if audience == "public":
        return "about", root / "docs/public", "About"
    return "handbook", root / "docs/handbook", "Handbook"


def _files(folder: Path, at: str) -> Iterable[tuple[str, bytes]]:
    """Markdown and what it shows. No ready-made HTML or script, and nothing through a link to elsewhere."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        parts = path.relative_to(folder).parts
        if (
            path.suffix.lower() in _PROSE
            and path.is_file()
            and not path.is_symlink()
            and not any(p.startswith(".") for p in parts)
        ):
            yield "/".join((at, *parts)), path.read_bytes()


def _urls(sections: Iterable[Section]) -> Iterable[str]:
    for section in sections:
        yield section.url
        yield from _urls(section.children)


def _entry(section: Section) -> dict[str, Any]:
    page = f"{section.url}index.md"
    children = [_entry(child) for child in section.children]
    return {section.title: [page, *children] if children else page}


def _tree(pages: Iterable[str], folder: str) -> list[Any]:
    """The prose as navigation: a folder's index first, then its pages, then the folders in it."""
    here = sorted(pages, key=lambda p: (not p.endswith("/index.md"), p))
    out: list[Any] = [p for p in here if PurePosixPath(p).parent.as_posix() == folder]
    inner = sorted({p[len(folder) + 1 :].split("/")[0] for p in here if p not in out})
    for name in inner:
        below = [p for p in here if p.startswith(f"{folder}/{name}/")]
        out.append({name.replace("-", " ").capitalize(): _tree(below, f"{folder}/{name}")})
    return out


def inherited(root: Path) -> Path:
    """The register's own mkdocs.yml, or the one that the program ships."""
    own = root / "mkdocs.yml"
    return own if own.is_file() else shipped() / "mkdocs.yml"


def build_folder(root: Path, audience: Audience) -> Path:
    """Where an engine reads and writes for an audience."""
    return root / "build" / "mkdocs" / audience


def _palette(colour: str) -> list[dict[str, Any]]:
    """The light and dark palettes in one colour: MkDocs replaces an inherited list whole."""
    modes = (
        ("", None, "material/brightness-auto", "Use light colours"),
        (": light", "default", "material/weather-sunny", "Use dark colours"),
        (": dark", "slate", "material/weather-night", "Use the colours of your computer"),
    )
    return [
        {
            "media": f"(prefers-color-scheme{mode})",
            "primary": colour,
            "accent": colour,
            "toggle": {"icon": icon, "name": name},
        }
        | ({"scheme": scheme} if scheme else {})
        for mode, scheme, icon, name in modes
    ]
