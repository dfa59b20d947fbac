"""The search: the form that stands in every page's header, and the page with filters. Both work as plain links and forms."""

from __future__ import annotations

from markupsafe import Markup

from ccm_site.views.context import Site
from ccm_site.views.page import Page
from ccm_site.views.templates import render
from ccm_site.views.text import At
from ccm_site.views.urls import SEARCH, folder

FILTERS = ("Kind", "Provider", "Service type", "Status", "Year")


def search_form(base: str) -> Markup:
    """The form for the header of a page. ``base`` is the relative path to the site's root, ``.`` or ``../..``; empty where paths are absolute."""
    return render("search_form.html", base=base)


def search_page(site: Site) -> Page:
    at = At(site, SEARCH)
    tables = [(k.plural, at.href(folder(k))) for k in site.shown if not k.is_policy]
    return Page(SEARCH, "Search", render("search.html", filters=FILTERS, tables=tables))
