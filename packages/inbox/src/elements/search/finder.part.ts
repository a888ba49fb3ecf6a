/* Searching and filtering the list: fetched with the first conversations. */

export { finderStyles } from "./finder.styles.ts";
export { Finder } from "./finder.ts";
