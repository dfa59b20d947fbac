/* Filters, sorts and pages a register's table from its rows.json. The choices stand in the address, so that they can be linked to. */
"use strict";
(() => {
  const { clear, later, make, remember } = window.ccm;

  const PAGE = 100;
  const SELECT_UP_TO = 40;
  const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
  const collator = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" });

  function day(text) {
    const found = /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(text);
    if (!found || !MONTHS[found[2] - 1]) return text;
    return `${found[3] ? `${Number(found[3])} ` : ""}${MONTHS[found[2] - 1]} ${found[1]}`;
  }

  /* A column's cell in words. A choice is cited by its position among the column's values: [code, words, link, look, symbol]. */
  function words(column, cell) {
    if (cell === null || cell === undefined) return "";
    if (typeof cell === "number" && column.values) return column.values[cell][1];
    return column.type === "date" ? day(cell) : cell;
  }

  function shown(column, cell) {
    const text = words(column, cell);
    const value = typeof cell === "number" && column.values ? column.values[cell] : [];
    if (value[3]) {
      return make("span", { class: `ccm-badge ccm-badge--${value[3]}` }, make("span", { "aria-hidden": "true" }, value[4]), ` ${text}`);
    }
    if (value[2]) return make("a", { href: value[2] }, text);
    return column.type === "date" && text ? make("time", { datetime: cell }, text) : text;
  }

  /* What a column is sorted by; null sorts last either way. */
  function sorter(column) {
    if (column.type === "choice" && column.values) {
      const order = column.values.map((v, i) => [v[1], i]).sort((a, b) => collator.compare(a[0], b[0]));
      const rank = [];
      order.forEach(([, i], place) => { rank[i] = place; });
      return (cell) => (typeof cell === "number" ? rank[cell] : cell);
    }
    if (column.type === "number") return (cell) => { const n = parseFloat(String(cell).replace(/[^\d.-]/g, "")); return Number.isNaN(n) ? null : n; };
    return (cell) => cell;
  }

  function compare(a, b) {
    return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b);
  }

  /* The choices that a filter offers: pairs of what stands in the address, and words. */
  function choices(data, filter) {
    const column = data.columns[filter.column];
    if (column.values) return column.values.map((v) => [v[0], v[1]]);
    const found = new Set();
    for (const row of data.rows) {
      const cell = row[filter.column + 1];
      if (cell !== null) for (const text of filter.year ? [cell.slice(0, 4)] : cell.split("; ")) found.add(text);
    }
    return [...found].map((text) => [text, text]);
  }

  function matches(data, filter, wanted) {
    const column = data.columns[filter.column];
    const at = filter.column + 1;
    if (filter.year) return (row) => row[at] !== null && row[at].startsWith(wanted);
    const exact = column.values && column.values.findIndex((v) => v[0] === wanted);
    if (exact >= 0) return (row) => row[at] === exact;
    const part = wanted.toLowerCase();
    return (row) => words(column, row[at]).toLowerCase().includes(part);
  }

  function control(id, filter, offered, state, changed) {
    const sorted = [...offered].sort((a, b) => collator.compare(a[1], b[1]));
    if (filter.year) sorted.reverse();
    const label = make("label", { for: id }, filter.title);
    const current = state[filter.param] || "";
    if (sorted.length <= SELECT_UP_TO) {
      const select = make("select", { id, onchange: () => changed(filter.param, select.value) }, make("option", { value: "" }, "Any"),
        ...sorted.map(([code, text]) => make("option", { value: code }, text)));
      select.value = current;
      return make("p", {}, label, select);
    }
    const byWords = new Map(sorted.map(([code, text]) => [text, code]));
    const input = make("input", { id, type: "search", list: `${id}-list`, autocomplete: "off", placeholder: "Any" });
    input.value = (sorted.find(([code]) => code === current) || [0, current])[1];
    input.addEventListener("input", later(() => changed(filter.param, byWords.get(input.value) ?? input.value.trim()), 200));
    return make("p", {}, label, input, make("datalist", { id: `${id}-list` }, ...sorted.map(([, text]) => make("option", { value: text }))));
  }

  async function table(place) {
    const body = place.querySelector("tbody");
    if (!body) return;
    const answer = await fetch(new URL(place.dataset.rows, location.href));
    if (!answer.ok) return;
    const data = await answer.json();
    const visible = data.columns.slice(0, data.shown);
    const filters = data.filters.map((f) => ({ ...f, param: f.year ? `${f.name}.year` : f.name }));
    const base = place.dataset.base;
    const state = Object.fromEntries(new URLSearchParams(location.search));
    let texts = null;
    const textOf = (i) => {
      if (!texts) texts = data.rows.map((row) => visible.map((c, j) => words(c, row[j + 1])).join("\n").toLowerCase());
      return texts[i];
    };
    const count = place.querySelector(".ccm-count");
    const heads = [...place.querySelectorAll("thead th")];
    const scroll = place.querySelector(".ccm-scroll");
    const [one, many] = [place.dataset.one, place.dataset.many];
    let page = Math.floor((Number(place.dataset.first) - 1) / PAGE);
    if (state.page) page = Math.max(0, Number.parseInt(state.page, 10) - 1 || 0);

    const changed = (name, value) => { state[name] = value; page = 0; show(); };

    const text = make("input", { id: "ccm-text", type: "search", autocomplete: "off", maxlength: "200" });
    text.value = state.q || "";
    text.addEventListener("input", later(() => changed("q", text.value.trim()), 150));
    const fields = () => [
      make("p", { class: "ccm-filters__text" }, make("label", { for: "ccm-text" }, "Words in the table"), text),
      ...filters.map((f, i) => control(`ccm-choice-${i}`, f, choices(data, f), state, changed)),
      make("p", { class: "ccm-filters__go" }, make("button", { type: "button", onclick: reset }, "Clear")),
    ];
    const form = make("form", { class: "ccm-filters", "aria-label": "Filter the table", onsubmit: (event) => event.preventDefault() });
    const pager = make("nav", { class: "ccm-pager", "aria-label": "Pages of the table" });

    function reset() {
      for (const name of Object.keys(state)) delete state[name];
      text.value = "";
      page = 0;
      clear(form, ...fields());
      show();
      form.querySelector("button").focus();
    }

    const buttons = heads.map((th, i) => {
      const name = visible[i].name;
      const button = make("button", { type: "button", class: "ccm-sort" }, th.textContent);
      button.addEventListener("click", () => changed("sort", state.sort === name ? `-${name}` : name));
      clear(th, button);
      return name;
    });

    function turn(by) {
      page += by;
      show();
      scroll.scrollIntoView({ block: "nearest" });
      scroll.scrollTop = 0;
    }

    function chosenRows() {
      const tests = filters.filter((f) => state[f.param]).map((f) => matches(data, f, state[f.param]));
      const parts = (state.q || "").toLowerCase().split(/\s+/).filter(Boolean);
      const found = [];
      data.rows.forEach((row, i) => {
        if (tests.every((t) => t(row)) && parts.every((p) => textOf(i).includes(p))) found.push(row);
      });
      const down = (state.sort || "").startsWith("-");
      const at = buttons.indexOf((state.sort || "").replace(/^-/, ""));
      if (at < 0) return found;
      const key = sorter(visible[at]);
      const keyed = found.map((row) => [row[at + 1] === null ? null : key(row[at + 1]), row]);
      keyed.sort(([a], [b]) => (a === null ? (b === null ? 0 : 1) : b === null ? -1 : down ? compare(b, a) : compare(a, b)));
      return keyed.map(([, row]) => row);
    }

    function cells(row) {
      return visible.map((column, i) => {
        const cell = row[i + 1];
        if (i === 0 && row[0]) return make("td", {}, make("a", { href: base + row[0] }, words(column, cell) || row[0].replace(/\/$/, "")));
        const content = shown(column, cell);
        if (content.tagName === "A") content.setAttribute("href", base + content.getAttribute("href"));
        return make("td", {}, content);
      });
    }

    function show() {
      const rows = chosenRows();
      const pages = Math.max(1, Math.ceil(rows.length / PAGE));
      page = Math.min(page, pages - 1);
      clear(body, ...rows.slice(page * PAGE, (page + 1) * PAGE).map((row) => make("tr", {}, ...cells(row))));
      const all = data.rows.length;
      const named = (all === 1 ? one : many);
      count.textContent = rows.length === all ? `${all.toLocaleString("en-GB")} ${named}` : `${rows.length.toLocaleString("en-GB")} of ${all.toLocaleString("en-GB")} ${named}`;
      heads.forEach((th, i) => {
        if (state.sort === buttons[i]) th.setAttribute("aria-sort", "ascending");
        else if (state.sort === `-${buttons[i]}`) th.setAttribute("aria-sort", "descending");
        else th.removeAttribute("aria-sort");
      });
      pager.hidden = pages === 1;
      back.disabled = page === 0;
      on.disabled = page === pages - 1;
      told.textContent = `Page ${page + 1} of ${pages}`;
      remember({ ...state, page: page ? String(page + 1) : "" });
    }

    const back = make("button", { type: "button", onclick: () => turn(-1) }, "Previous");
    const on = make("button", { type: "button", onclick: () => turn(1) }, "Next");
    const told = make("span", {});
    pager.append(back, told, on);
    clear(form, ...fields());
    place.querySelectorAll(".ccm-pager").forEach((old) => old.remove());
    place.prepend(form);
    place.append(pager);
    show();
  }

  Object.assign(window.ccm, { table });
})();
