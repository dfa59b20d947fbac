/* Small parts of pages, made from text only: nothing here ever turns a text into HTML. */
"use strict";
(() => {
  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "class") element.className = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
    return element;
  }

  function clear(element, ...children) {
    element.replaceChildren(...children);
  }

  function later(action, wait) {
    let timer;
    return (...given) => {
      clearTimeout(timer);
      timer = setTimeout(() => action(...given), wait);
    };
  }

  /* The address with these choices in its query, without a new entry in the history. Empty ones are left out. */
  function remember(choices) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(choices)) if (value) query.set(name, value);
    const text = query.toString();
    history.replaceState(history.state, "", location.pathname + (text ? `?${text}` : "") + location.hash);
  }

  window.ccm = { make, clear, later, remember };
})();
