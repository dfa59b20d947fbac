"""The pages of an invented register, as tests want them."""

from datetime import date
from pathlib import Path

from ccm_site.kinds import load_kinds
from ccm_site.views.audience import project
from ccm_site.views.context import Site
from ccm_site.views.page import Extra, Page
from ccm_site.views.site import site_pages

KINDS = load_kinds(Path(__file__).parents[2] / "schemas")
TODAY = date(2026, 5, 4)


def site(register, audience="intranet", changes=None):
    return Site(project(register, KINDS, audience), KINDS, changes or {}, audience, TODAY)


def items(register, audience="intranet", changes=None):
    return list(site_pages(project(register, KINDS, audience), KINDS, changes or {}, audience, TODAY))


def pages(register, audience="intranet", changes=None):
    return {p.url: p for p in items(register, audience, changes) if isinstance(p, Page)}


def files(register, audience="intranet"):
    return {x.path: x.content for x in items(register, audience) if isinstance(x, Extra)}
