/* What every page does in the browser. Everything works without it: as links, forms and tables of 200 rows. */
"use strict";
(() => {
  /* A link to a record inside a closed part of the page opens that part. */
  const reveal = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* as it is */ }
    const target = id && document.getElementById(id);
    const closed = target && target.closest("details:not([open])");
    if (closed) {
      closed.open = true;
      target.scrollIntoView();
    }
  };

  const openAll = () => document.querySelectorAll("details.ccm-child").forEach((d) => { d.open = true; });

  /* The theme makes wide tables of the handbook scroll; the keyboard must reach them. */
  const reachable = () => {
    for (const table of document.querySelectorAll(".md-typeset__scrollwrap")) {
      table.tabIndex = 0;
      table.setAttribute("role", "region");
      table.setAttribute("aria-label", "Table");
    }
  };

  const start = () => {
    reveal();
    window.addEventListener("hashchange", reveal);
    window.addEventListener("beforeprint", openAll);
    window.addEventListener("load", reachable);
    const find = document.querySelector(".ccm-find");
    if (find) window.ccm.header(find);
    const page = document.querySelector(".ccm-search-page");
    if (page && find) window.ccm.page(page, find.dataset.ccmBase);
    for (const register of document.querySelectorAll(".ccm-register")) window.ccm.table(register);
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
