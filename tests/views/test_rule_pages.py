"""Each rule has a page and says the same on the command line; everything on it is escaped."""

from dataclasses import replace

from click.testing import CliRunner

from ccm_site.cli import main
from ccm_site.model import RuleExample
from ccm_site.rules import all_change_rules, all_rules, catalogue
from ccm_site.rules.telling import rule_text, rule_texts, words_in_schemas
from ccm_site.starter import shipped
from ccm_site.views.rules import rule_pages
from tests.views import invented
from tests.views.sites import KINDS, site


def test_every_row_of_the_catalogue_has_a_page():
    texts = rule_texts(KINDS)
    pages = {p.url: p for p in rule_pages(site(invented.register(KINDS)), texts)}
    assert set(pages) == {"rules/"} | {f"rules/{id}/" for id in catalogue()}
    page = str(pages["rules/R-ID-4/"].body)
    assert "A start is not after its end." in page and "Payments, reviews and reminders" in page
    assert "It finds, for example" in page and "to: 2027-01-04" in page and "It lets pass" in page
    assert 'href="R-ID-4/"' in str(pages["rules/"].body)


def test_every_rule_says_what_it_asks_why_and_how_to_mend():
    for text in rule_texts(KINDS):
        for sentence in (text.says, text.why, text.mend):
            assert sentence[:1].isupper() and sentence[-1:] == ".", (text.id, sentence)


def test_what_a_function_says_is_not_said_again():
    told = {r.row for r in (*all_rules(), *all_change_rules())}
    assert not told & set(words_in_schemas()) and set(words_in_schemas()) <= set(catalogue())
    page = str({p.url: p for p in rule_pages(site(invented.register(KINDS)), rule_texts(KINDS))}["rules/R-CNC-7/"].body)
    assert "no story is told here" in page and "Child protection has its own procedure" in page and "narrative" in page


def test_what_stands_in_an_example_is_escaped():
    bad = RuleExample("<script>alert(1)</script>", (("<b>.yaml", "title: <i>x</i>"),))
    text = replace(rule_text("R-ID-4", KINDS), fails=(bad,), says="<u>says</u>")
    body = str(list(rule_pages(site(invented.register(KINDS)), [text]))[1].body)
    assert "<script>" not in body and "<i>" not in body and "<u>" not in body and "&lt;script&gt;" in body


def test_the_command_says_it_and_guesses():
    run = CliRunner().invoke(main, ["rule", "r-id-4", "--root", str(shipped())])
    assert run.exit_code == 0
    assert (
        "R-ID-4: A start is not after its end." in run.output
        and "Lets pass: It starts and ends on the same day." in run.output
    )
    wrong = CliRunner().invoke(main, ["rule", "R-CNO-7", "--root", str(shipped())])
    assert wrong.exit_code == 2 and "Did you mean R-CON-7" in wrong.output
