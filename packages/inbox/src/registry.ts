import { TrunklineComposer } from "./elements/composer/composer.ts";
import { TrunklineConversationList } from "./elements/conversation-list/conversation-list.ts";
import { TrunklineInbox } from "./elements/inbox/inbox.ts";
import { TrunklineProvider } from "./elements/provider/provider.ts";
import { TrunklineThread } from "./elements/thread/thread.ts";
import { TrunklineUnread } from "./elements/unread/unread.ts";
import type { TrunklineElement } from "./shared/element.ts";

type ElementClass = (new () => TrunklineElement) & Pick<typeof TrunklineElement, "suffix" | "version">;

// Outer elements before inner ones, so that on upgrade each finds the one around it ready to answer.
const CLASSES: readonly ElementClass[] = [
  TrunklineProvider,
  TrunklineInbox,
  TrunklineConversationList,
  TrunklineThread,
  TrunklineComposer,
  TrunklineUnread,
];

/** The prefix under which `@trunkline/inbox/define` registers. */
export const PREFIX = "trunkline";

/**
 * Registers every element under another prefix, for a page that already has elements of another version:
 * `defineAs("acme")` gives `<acme-inbox>`, `<acme-thread>` and so on.
 *
 * Names that are taken are left alone, with one warning that names both versions.
 *
 * @param prefix - lower-case letters, digits and hyphens, beginning with a letter
 */
export function defineAs(prefix: string): void {
  if (!/^[a-z][a-z0-9-]*$/.test(prefix)) {
    throw new TypeError(`No prefix for elements: "${prefix}". Use lower-case letters, digits and hyphens.`);
  }
  let other: string | undefined;
  for (const Class of CLASSES) {
    const name = `${prefix}-${Class.suffix}`;
    const existing = customElements.get(name) as (CustomElementConstructor & { version?: string }) | undefined;
    // A class can stand under one name only, so every prefix but ours gets classes of its own.
    if (!existing) customElements.define(name, prefix === PREFIX ? Class : class extends Class {});
    else if (existing !== Class && Object.getPrototypeOf(existing) !== Class) other ??= existing.version ?? "unknown";
  }
  if (other !== undefined) {
    // biome-ignore lint/suspicious/noConsole: nobody else can tell the page's author that two copies are loaded
    console.warn(
      `Trunkline: <${prefix}-…> of version ${other} is on this page already; ${TrunklineProvider.version} was not registered. Load one of them, or use defineAs().`,
    );
  }
}

/** Resolves when the elements are registered, so that a page can show itself without a flash of unknown elements. */
export async function whenReady(prefix: string = PREFIX): Promise<void> {
  await Promise.all(CLASSES.map(({ suffix }) => customElements.whenDefined(`${prefix}-${suffix}`)));
}
