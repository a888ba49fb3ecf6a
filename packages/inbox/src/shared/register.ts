import { VERSION } from "../version.ts";
import type { TrunklineElement } from "./element.ts";

export type ElementClass = (new () => TrunklineElement) & Pick<typeof TrunklineElement, "suffix" | "version">;

/** The prefix of our own names. */
export const PREFIX = "trunkline";

/** Registers classes under a prefix. Names that are taken are left alone, with one warning that names both versions. */
export function register(prefix: string, classes: readonly ElementClass[]): void {
  if (!/^[a-z][a-z0-9-]*$/.test(prefix)) {
    throw new TypeError(`No prefix for elements: "${prefix}". Use lower-case letters, digits and hyphens.`);
  }
  let other: string | undefined;
  for (const Class of classes) {
    const name = `${prefix}-${Class.suffix}`;
    const existing = customElements.get(name) as (CustomElementConstructor & { version?: string }) | undefined;
    // A class can stand under one name only, so every prefix but ours gets classes of its own.
    if (!existing) customElements.define(name, prefix === PREFIX ? Class : class extends Class {});
    else if (existing !== Class && Object.getPrototypeOf(existing) !== Class) other ??= existing.version ?? "unknown";
  }
  if (other !== undefined) {
    // biome-ignore lint/suspicious/noConsole: nobody else can tell the page's author that two copies are loaded
    console.warn(
      `Trunkline: <${prefix}-…> of version ${other} is on this page already; ${VERSION} was not registered. Load one of them, or use defineAs().`,
    );
  }
}
