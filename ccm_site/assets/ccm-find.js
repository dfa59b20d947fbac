/* The search in the header and on the search page, over the index that Pagefind built. */
"use strict";
(() => {
  const { clear, later, make, remember } = window.ccm;

  const FEW = 6;
  const MANY = 20;
  const COMMON = new Set(["#details", "#links", "#next"]);
  const FILTERS = ["Kind", "Provider", "Service type", "Status", "Year"];
  let index = null;

  /* The index of the site whose root is at `base`, loaded once. */
  function load(base) {
    if (!index) {
      const root = new URL(`${base}/`, location.href);
      index = import(new URL("pagefind/pagefind.js", root).href).then(async (pagefind) => {
        // A record named by the words comes before the many that only mention them.
        await pagefind.options({ baseUrl: root.pathname, ranking: { metaWeights: { title: 50 } } });
        await pagefind.init();
        return pagefind;
      });
      index.catch(() => { index = null; });
    }
    return index;
  }

  /* An excerpt as text with its marked words; of Pagefind's HTML only <mark> is taken, the rest stays text. */
  function excerpt(html) {
    const out = make("p", { class: "ccm-results__text" });
    let marked = false;
    for (const piece of html.split(/(<\/?mark>)/)) {
      if (piece === "<mark>" || piece === "</mark>") marked = piece === "<mark>";
      else if (piece) {
        const text = piece.replace(/&lt;/g, "<").replace(/&gt;/g, ">");
        out.append(marked ? make("mark", {}, text) : text);
      }
    }
    return out;
  }

  /* Only places of this site are linked. */
  function address(url) {
    const found = new URL(url, location.href);
    return found.origin === location.origin ? found.href : "";
  }

  function title(result) {
    return result.meta.title || result.url;
  }

  /* The values of a filter as they are offered: by name, years from the last. */
  function ordered(values, name) {
    const names = Object.keys(values).sort((a, b) => a.localeCompare(b, "en-GB", { numeric: true }));
    return name === "Year" ? names.reverse() : names;
  }

  /* What is chosen in the filters, by their names. */
  function picked(selects) {
    return Object.fromEntries(selects.filter((s) => s.value).map((s) => [s.name, s.value]));
  }

  function counted(number) {
    return number === 1 ? "1 result" : `${number.toLocaleString("en-GB")} results`;
  }

  function header(find) {
    const base = find.dataset.ccmBase;
    const form = find.querySelector("form");
    const input = find.querySelector("input");
    const panel = find.querySelector(".ccm-find__panel");
    const said = find.querySelector(".ccm-find__said");
    const opener = find.querySelector(".ccm-find__open");

    const close = () => { panel.hidden = true; said.textContent = ""; };
    const fold = () => { find.classList.remove("ccm-find--open"); close(); };

    opener.addEventListener("click", (event) => {
      event.preventDefault();
      find.classList.add("ccm-find--open");
      input.focus();
    });
    find.querySelector(".ccm-find__close").addEventListener("click", () => { fold(); opener.focus(); });

    const narrow = make("details", { class: "ccm-find__narrow" }, make("summary", {}, "Narrow the search"));
    const hits = make("div", {});
    panel.append(narrow, hits);
    let selects = null;

    /* The filters, made when the index is first asked. */
    const filters = async (pagefind) => {
      if (selects) return selects;
      const known = await pagefind.filters();
      selects = FILTERS.filter((name) => known[name]).map((name, n) => make("select", { id: `ccm-find-${n}`, name }, make("option", { value: "" }, "Any"),
        ...ordered(known[name], name).map((v) => make("option", { value: v }, v))));
      for (const select of selects) {
        select.addEventListener("change", show);
        narrow.append(make("div", {}, make("label", { for: select.id }, select.name), select));
      }
      return selects;
    };

    let asked = 0;
    const show = later(async () => {
      const mine = ++asked;
      const words = input.value.trim();
      if (!words) return close();
      try {
        const pagefind = await load(base);
        const chosen = picked(await filters(pagefind));
        const found = await pagefind.search(words, { filters: chosen });
        const results = await Promise.all(found.results.slice(0, FEW).map((r) => r.data()));
        if (mine !== asked) return;
        const items = results.map((r) => make("li", {}, make("a", { href: address(r.url) }, title(r),
          r.meta.description && make("span", { class: "ccm-find__kind" }, r.meta.description))));
        const all = make("a", { class: "ccm-find__all", href: `${form.action}?${new URLSearchParams({ q: words, ...chosen })}` }, `All results (${found.results.length})`);
        clear(hits, items.length ? make("ul", {}, ...items) : make("p", {}, "Nothing found"), all);
        panel.hidden = false;
        said.textContent = found.results.length ? counted(found.results.length) : "Nothing found";
      } catch {
        close();
      }
    }, 200);

    input.addEventListener("focus", () => { load(base).catch(() => {}); }, { once: true });
    input.addEventListener("input", show);
    find.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        const inPanel = panel.contains(document.activeElement);
        if (panel.hidden) fold();
        else {
          event.preventDefault(); // the first Escape closes the results and leaves what was typed
          close();
        }
        if (inPanel) input.focus();
        if (!find.classList.contains("ccm-find--open") && opener.offsetParent) opener.focus();
        return;
      }
      if (panel.hidden || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
      const stops = [input, ...panel.querySelectorAll("a")];
      const at = stops.indexOf(document.activeElement);
      const next = stops[at + (event.key === "ArrowDown" ? 1 : -1)];
      if (at >= 0 && next) {
        event.preventDefault();
        next.focus();
      }
    });
    document.addEventListener("click", (event) => { if (!find.contains(event.target)) close(); });
    find.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !find.contains(event.relatedTarget)) fold();
    });
  }

  function result(data, words) {
    const parts = data.sub_results.filter((s) => {
      const anchor = new URL(s.url, location.href).hash;
      return anchor && !COMMON.has(anchor);
    }).slice(0, 3);
    return make("li", {},
      make("a", { class: "ccm-results__title", href: address(data.url) }, title(data)),
      data.meta.description && make("span", { class: "ccm-mark" }, data.meta.description),
      words && excerpt(data.excerpt),
      parts.length ? make("ul", {}, ...parts.map((s) => make("li", {}, make("a", { href: address(s.url) }, s.title)))) : null);
  }

  async function page(place, base) {
    const form = place.querySelector("form");
    const input = form.querySelector("input");
    const selects = [...form.querySelectorAll("select")];
    const count = place.querySelector(".ccm-count");
    const list = place.querySelector(".ccm-results");
    const more = place.querySelector(".ccm-more");
    let pagefind;
    try {
      pagefind = await load(base);
    } catch {
      count.textContent = "The search is not available here. The tables below list every record.";
      return;
    }
    const given = new URLSearchParams(location.search);
    const filters = await pagefind.filters();
    for (const select of selects) {
      const values = ordered(filters[select.name] || {}, select.name);
      select.append(...values.map((v) => make("option", { value: v }, v)));
      select.value = values.includes(given.get(select.name)) ? given.get(select.name) : "";
    }
    input.value = given.get("q") || "";

    let asked = 0;
    let found = [];
    let shown = 0;

    const grow = async () => {
      const mine = asked;
      const words = input.value.trim();
      const data = await Promise.all(found.slice(shown, shown + MANY).map((r) => r.data()));
      if (mine !== asked) return;
      const items = data.map((d) => result(d, words));
      list.append(...items);
      if (shown && items[0]) items[0].querySelector("a").focus();
      shown += data.length;
      more.hidden = shown >= found.length;
    };

    const run = async () => {
      const mine = ++asked;
      const words = input.value.trim();
      const chosen = picked(selects);
      remember({ q: words, ...chosen });
      if (!words && !Object.keys(chosen).length) {
        found = [];
        clear(list);
        more.hidden = true;
        count.textContent = "";
        return;
      }
      const answer = await pagefind.search(words || null, { filters: chosen });
      if (mine !== asked) return;
      found = answer.results;
      shown = 0;
      clear(list);
      count.textContent = found.length ? counted(found.length) : "Nothing found. Try fewer words, or clear a filter.";
      await grow();
    };

    form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
    input.addEventListener("input", later(run, 250));
    for (const select of selects) select.addEventListener("change", run);
    more.addEventListener("click", grow);
    await run();
  }

  Object.assign(window.ccm, { header, page });
})();
