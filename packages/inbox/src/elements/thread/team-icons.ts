import type { IconShape } from "../../shared/icons.ts";

/* Ours, on the grid of Fluent System Icons. */
export const NOTE = [
  16,
  "M3 2h10a1 1 0 0 1 1 1v6.6L9.6 14H3a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1m0 1v10h6V9.5a.5.5 0 0 1 .5-.5H13V3zm7 7v2.2l2.2-2.2zM5 5h6v1H5zm0 2.5h4v1H5z",
] as const satisfies IconShape;
export const CLOCK = [
  16,
  "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13m0 1a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M7.5 4.5h1v3.3l2.3 1.4-.5.8-2.8-1.7z",
] as const satisfies IconShape;
export const DONE = [16, "m6.5 11.8-3.6-3.6.7-.7 2.9 2.9 6-6 .7.7z"] as const satisfies IconShape;
