/** Keys that move a caret or a focus of ours, and mean something else to many host pages. */
const OURS: ReadonlySet<string> = new Set([
  "Enter",
  "Backspace",
  "Delete",
  "Home",
  "End",
  "PageUp",
  "PageDown",
  "ArrowUp",
  "ArrowDown",
  "ArrowLeft",
  "ArrowRight",
]);

/**
 * Keeps what is typed into a field away from the shortcuts of the host page, which cannot see into our shadow roots and
 * would take the `j` of a word for a command. Tab, Escape and chords with Ctrl or Command still reach the page.
 */
export function keepTypingInside(event: KeyboardEvent): void {
  const [target] = event.composedPath();
  if (!(target instanceof Element) || !target.matches("input, textarea, select")) return;
  const chord = (event.ctrlKey || event.metaKey) && !event.getModifierState("AltGraph");
  if (event.isComposing || (!chord && (event.key.length === 1 || OURS.has(event.key)))) event.stopPropagation();
}

/** True while an input method composes a word: Enter then picks a candidate. Safari tells it by the key code alone. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}
