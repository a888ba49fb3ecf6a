import { expect, vi } from "vitest";
import type { Locator } from "vitest/browser";

/** The element that has the focus, through all shadow roots. */
export function focused(): Element | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

/** Waits until an element has the focus. The matcher `toHaveFocus` sees the outermost shadow host alone. */
export async function hasFocus(locator: Locator): Promise<void> {
  await vi.waitFor(() => expect(focused()).toBe(locator.element()));
}
