/** How often a popup is looked at. */
export const LOOK_MS = 1_000;
/** Looks that must find it gone: whoever has just finished shall not be told that they gave up. */
export const LOOKS_UNTIL_GONE = 3;

/**
 * A page with `Cross-Origin-Opener-Policy` looks closed to whoever opened it, so that `closed` alone says nothing: but
 * who closes a popup is back on this page.
 */
export function hasComeBack(popup: Window): boolean {
  return popup.closed && document.hasFocus();
}
