import { html, type TemplateResult } from "lit";

/*
 * Paths of Fluent System Icons. Source: npm @fluentui/svg-icons 1.1.343, Copyright (c) Microsoft Corporation, MIT.
 * `locked` and `offline` are ours. These are for the first picture; icons of a part stand beside that part.
 */
const ICONS = {
  compose: [
    20,
    "M10.5 4a.5.5 0 0 1 0 1H6a2 2 0 0 0-2 2v7c0 1.1.9 2 2 2h7a2 2 0 0 0 2-2V9.5a.5.5 0 1 1 1 0V14a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3zm5.65-.85a.5.5 0 1 1 .7.7l-7.79 7.8L8 12l.35-1.06z",
  ],
  send: [
    20,
    "M2.72 2.05a.5.5 0 0 0-.7.58l1.5 5.62q.09.3.4.36l6.85 1.14c.28.05.28.45 0 .5l-6.85 1.14a.5.5 0 0 0-.4.36l-1.5 5.62a.5.5 0 0 0 .7.58l15-7.5a.5.5 0 0 0 0-.9z",
  ],
  back: [
    20,
    "M9.16 16.87a.5.5 0 1 0 .67-.74L3.67 10.5H17.5a.5.5 0 0 0 0-1H3.67l6.16-5.63a.5.5 0 0 0-.67-.74L2.24 9.44a.75.75 0 0 0 0 1.11z",
  ],
  person: [
    20,
    "M10 2a4 4 0 1 0 0 8 4 4 0 0 0 0-8m-5 9a2 2 0 0 0-2 2c0 1.7.83 2.97 2.13 3.8A9 9 0 0 0 10 18c1.85 0 3.58-.39 4.87-1.2A4.4 4.4 0 0 0 17 13a2 2 0 0 0-2-2z",
  ],
  offline: [
    20,
    "M3 13h2v4H3zm5-2.2 2 2V17H8zm5 5 2 2h-2zM8 8h2v.4l-.5.5L8 7.4zm5-4h2v9.4l-2-2zM2.15 2.85l.7-.7 15 15-.7.7z",
  ],
  more: [
    20,
    "M6.25 10a1.25 1.25 0 1 1-2.5 0 1.25 1.25 0 0 1 2.5 0m5 0a1.25 1.25 0 1 1-2.5 0 1.25 1.25 0 0 1 2.5 0M15 11.25a1.25 1.25 0 1 0 0-2.5 1.25 1.25 0 0 0 0 2.5",
  ],
  down: [
    16,
    "M8.5 2.5a.5.5 0 1 0-1 0v9.7L3.87 8.17a.5.5 0 1 0-.74.66l4.5 5a.5.5 0 0 0 .74 0l4.5-5a.5.5 0 0 0-.74-.66L8.5 12.2z",
  ],
  chevron: [
    16,
    "M3.15 5.65c.2-.2.5-.2.7 0L8 9.79l4.15-4.14a.5.5 0 0 1 .7.7l-4.5 4.5a.5.5 0 0 1-.7 0l-4.5-4.5a.5.5 0 0 1 0-.7",
  ],
  failed: [
    16,
    "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1m0 9a.75.75 0 1 0 0 1.5.75.75 0 0 0 0-1.5m0-5.5a.5.5 0 0 0-.5.5v3.59a.5.5 0 0 0 1-.09V4.91A.5.5 0 0 0 8 4.5",
  ],
  chat: [
    32,
    "M16 4A12 12 0 0 0 5.57 21.94a1 1 0 0 1 .1.77l-1.44 5.06 5.06-1.44a1 1 0 0 1 .77.1A12 12 0 1 0 16 4M2 16a14 14 0 1 1 7.44 12.37l-5.53 1.57a1.5 1.5 0 0 1-1.85-1.85l1.57-5.53A14 14 0 0 1 2 16",
  ],
  locked: [
    32,
    "M10 13V9a6 6 0 0 1 12 0v4h.5a3.5 3.5 0 0 1 3.5 3.5V28H6V16.5A3.5 3.5 0 0 1 9.5 13zm2 0h8V9a4 4 0 0 0-8 0zM8 15v11h16V15z",
  ],
} as const satisfies Record<string, IconShape>;

/** An icon as it is drawn: the side of its square, and the path in it. */
export type IconShape = readonly [size: 16 | 20 | 32, path: string];
export type IconName = keyof typeof ICONS;

/** A picture without a name of its own: what it means is said in words beside it. */
export function icon(name: IconName | IconShape): TemplateResult {
  const [size, path] = typeof name === "string" ? ICONS[name] : name;
  return html`<svg class=${size === 16 ? "small" : ""} viewBox="0 0 ${size} ${size}" aria-hidden="true">
    <path d=${path}></path>
  </svg>`;
}
