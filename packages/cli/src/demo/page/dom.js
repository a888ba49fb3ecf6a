/**
 * Makes an element. Text children become text nodes, never markup; null and false children are left out.
 * @param {string} tag
 * @param {Record<string, unknown>} [given] - attributes; `onclick` and the like are listeners
 * @param {...(Node | string | number | null | false)} children
 */
export function h(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

const PATHS = {
  accounts:
    "M3.5 17V5.5A1.5 1.5 0 0 1 5 4h6a1.5 1.5 0 0 1 1.5 1.5V17M12.5 8.5H15A1.5 1.5 0 0 1 16.5 10v7M2 17h16M6.5 7.5h3M6.5 10.5h3M6.5 13.5h3",
  pipeline: "M3 4h4v12H3zM8.5 4h4v8h-4zM14 4h3.5v5H14z",
  texts:
    "M3 5.5A1.5 1.5 0 0 1 4.5 4h11A1.5 1.5 0 0 1 17 5.5v7a1.5 1.5 0 0 1-1.5 1.5H9l-4 3v-3h-.5A1.5 1.5 0 0 1 3 12.5zM6.5 8h7M6.5 10.8h4.5",
  phone: "M7 2.5h6A1.5 1.5 0 0 1 14.5 4v12a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 16V4A1.5 1.5 0 0 1 7 2.5zM9 15h2",
  call: "M6.5 3 8.5 7 6.8 8.6a9 9 0 0 0 4.6 4.6L13 11.5l4 2v2A1.5 1.5 0 0 1 15.5 17 12.5 12.5 0 0 1 3 4.5 1.5 1.5 0 0 1 4.5 3z",
  email: "M3 5.5h14v9H3zM3 6l7 5 7-5",
  visit: "M10 17s5.5-4.7 5.5-9A5.5 5.5 0 0 0 4.5 8c0 4.3 5.5 9 5.5 9zM10 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z",
  note: "M5 3.5h7L15.5 7v9.5H5zM12 3.5V7h3.5M7.5 10.5h5M7.5 13h3.5",
  send: "M10 16V4.5M5 9.5l5-5 5 5",
};

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** The first letters of a name, or its first character where names are not written in words. */
export function initials(name) {
  const words = name.split(/\s+/u).filter((word) => /^\p{L}/u.test(word));
  if (!/^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u.test(name)) return [...name][0] ?? "?";
  return words
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? "")
    .join("");
}

/** A round sign with somebody's initials; it says nothing that the name beside it does not. */
export function avatar(name, size = "") {
  return h("span", { class: `avatar ${size}`.trim(), "aria-hidden": "true" }, initials(name));
}
