"""A register's mkdocs.yml changes words and colours, and runs nothing."""

import pytest

from ccm_site.cli import main
from ccm_site.publish.engine_settings import BadSettings, checked
from ccm_site.starter import shipped


def test_the_one_that_is_shipped_is_let_through():
    assert checked(shipped() / "mkdocs.yml") == shipped() / "mkdocs.yml"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("site_name: x\nhooks: [x.py]\n", "mkdocs.yml:2: 'hooks'"),
        ("plugins: [macros]\n", "'plugins'"),
        ("theme:\n  name: material\n  custom_dir: x\n", "mkdocs.yml:3: 'theme.custom_dir'"),
        ("INHERIT: ../other.yml\n", "'INHERIT'"),
        ("extra_javascript: [x.js]\n", "'extra_javascript'"),
        ("markdown_extensions: [tables, pymdownx.snippets]\n", "'markdown_extensions: pymdownx.snippets'"),
        ("markdown_extensions:\n  pymdownx.snippets: {base_path: /etc}\n", "pymdownx.snippets"),
        ("markdown_extensions:\n- toc: {slugify: !!python/name:os.system }\n", "cannot be read"),
        ("markdown_extensions:\n- toc: {slugify: {object: os.system}}\n", "'markdown_extensions: toc: slugify'"),
        ("markdown_extensions:\n  pymdownx.tabbed: {slugify: {object: os.system}}\n", "pymdownx.tabbed: slugify"),
        (
            "markdown_extensions:\n- pymdownx.superfences: {custom_fences: [{name: x, class: x, format: os.system}]}\n",
            "pymdownx.superfences: custom_fences",
        ),
        ("site_name: !ENV HOME\n", "cannot be read"),
        ("- a\n", "no table of settings"),
        ("site_name: 'x\n", "cannot be read"),
    ],
)
def test_what_could_run_code_is_refused_with_its_line_and_a_mend(tmp_path, text, says):
    file = tmp_path / "mkdocs.yml"
    file.write_text(text, "utf-8")
    with pytest.raises(BadSettings) as refused:
        checked(file)
    assert says in str(refused.value) and "Mend:" in str(refused.value)


def test_the_build_refuses_it_and_runs_nothing(tmp_path):
    from click.testing import CliRunner

    register = tmp_path / "r"
    assert CliRunner().invoke(main, ["init", str(register)]).exit_code == 0
    ran = tmp_path / "ran"
    (register / "hook.py").write_text(f"open({str(ran)!r}, 'w')\n", "utf-8")
    with (register / "mkdocs.yml").open("a", encoding="utf-8") as file:
        file.write("hooks: [hook.py]\n")
    done = CliRunner().invoke(main, ["build", "--root", str(register), "--audience", "intranet"])
    assert done.exit_code == 2 and "'hooks' is not let through" in done.output and not ran.exists()


def test_the_other_engine_runs_nothing_that_a_setting_names(tmp_path):
    from click.testing import CliRunner

    register, ran = tmp_path / "r", tmp_path / "ran"
    assert CliRunner().invoke(main, ["init", str(register)]).exit_code == 0
    file, plain = register / "mkdocs.yml", "    permalink: false\n"
    text = file.read_text("utf-8")
    assert plain in text
    named = f"    slugify: {{object: subprocess.check_output, kwds: {{args: [touch, {str(ran)!r}]}}}}\n"
    file.write_text(text.replace(plain, named), "utf-8")
    command = ["build", "--root", str(register), "--audience", "intranet", "--engine", "zensical"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 2 and "toc: slugify' is not let through" in done.output and not ran.exists()
