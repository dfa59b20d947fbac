"""What a register's own mkdocs.yml may say. An engine runs code that it names, so only what is harmless is let through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ALLOWED = frozenset(
    "site_name site_description site_author site_url copyright docs_dir use_directory_urls theme plugins extra markdown_extensions validation".split()
)
THEME = frozenset("name language font icon logo favicon features palette direction".split())
EXTENSIONS = frozenset(
    "abbr admonition attr_list def_list footnotes md_in_html sane_lists smarty tables toc "
    "pymdownx.details pymdownx.superfences pymdownx.tabbed pymdownx.tasklist pymdownx.mark".split()
)
"""Extensions of Markdown that read no other file and run nothing."""


class BadSettings(ValueError):
    """Something in mkdocs.yml that is not let through: names the file, the line, the key and what to do."""


def checked(path: Path) -> Path:
    """The file itself, once all that it says was found harmless. Raises `BadSettings`."""
    try:
        text = path.read_text("utf-8")
        root = yaml.compose(text, yaml.SafeLoader)
        data = yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        what = getattr(error, "problem", None) or str(error)
        raise BadSettings(
            f"{path.name}:{line}: cannot be read: {what}. Mend: write plain YAML without tags such as !!python"
        ) from None
    if not isinstance(data, dict) or not isinstance(root, yaml.MappingNode):
        raise BadSettings(f"{path.name}:1: is no table of settings. Mend: take the one of a new register (ccm init)")
    for node, value in root.value:
        key = str(node.value)
        line = node.start_mark.line + 1
        if key not in ALLOWED:
            raise _refused(path, line, key, f"let be only {', '.join(sorted(ALLOWED))}")
        if key == "plugins" and data[key]:
            raise _refused(path, line, key, "write 'plugins: []'; what a plugin does is code that the site would run")
        if key == "theme":
            _theme(path, line, data[key], value)
        if key == "markdown_extensions":
            _extensions(path, line, data[key])
    return path


def _theme(path: Path, line: int, theme: Any, node: yaml.Node) -> None:
    if not isinstance(theme, dict):
        return
    lines = {str(k.value): k.start_mark.line + 1 for k, _ in node.value} if isinstance(node, yaml.MappingNode) else {}
    for name in theme:
        if name not in THEME:
            raise _refused(path, lines.get(str(name), line), f"theme.{name}", f"let be only {', '.join(sorted(THEME))}")


def _extensions(path: Path, line: int, extensions: Any) -> None:
    """Only known extensions, with plain settings: Zensical calls a function that a table or list of settings names."""
    for name, settings in _entries(extensions):
        if name not in EXTENSIONS:
            raise _refused(path, line, f"markdown_extensions: {name}", f"let be only {', '.join(sorted(EXTENSIONS))}")
        for setting, value in settings.items() if isinstance(settings, dict) else ():
            if isinstance(value, (dict, list)):
                raise _refused(
                    path, line, f"markdown_extensions: {name}: {setting}",
                    "take the setting out, or give it one word, one number, true or false",
                )  # fmt: skip


def _entries(extensions: Any) -> list[tuple[str, Any]]:
    """The names in a list or a table of extensions, each with its settings, if it has any."""
    if isinstance(extensions, dict):
        return [(str(n), s) for n, s in extensions.items()]
    entries = extensions if isinstance(extensions, list) else []
    return [(str(n), s) for e in entries for n, s in (e.items() if isinstance(e, dict) else [(e, None)])]


def _refused(path: Path, line: int, key: str, mend: str) -> BadSettings:
    return BadSettings(
        f"{path.name}:{line}: '{key}' is not let through, since it could run code or read other files. Mend: {mend}"
    )
