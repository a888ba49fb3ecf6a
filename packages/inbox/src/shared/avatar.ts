import { html, type TemplateResult } from "lit";
import { icon } from "./icons.ts";
import { AVATAR_PALETTE } from "./tokens.ts";

const COLOURS = Object.keys(AVATAR_PALETTE).length;

export interface AvatarOptions {
  /** What the person is called; null for a number without a name. */
  readonly name: string | null;
  /** What the colour is made from: something that stays when the name is corrected. */
  readonly key: string;
  readonly avatarUrl?: string | undefined;
}

/** A picture, initials, or a head: beside the name, so it is hidden from screen readers. */
export function avatar({ name, key, avatarUrl }: AvatarOptions): TemplateResult {
  const letters = initials(name);
  return html`<span class="avatar avatar-${colourOf(key)}" part="avatar" aria-hidden="true"
    >${
      avatarUrl
        ? html`<img src=${avatarUrl} alt="" loading="lazy" decoding="async" referrerpolicy="no-referrer" />`
        : (letters ?? icon("person"))
    }</span
  >`;
}

/** First letters of the first and the last word, in capitals; null where there are no letters. */
export function initials(name: string | null): string | null {
  const words = (name ?? "").replace(/\([^)]*\)/g, " ").match(/[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*/gu);
  if (!words) return null;
  const first = words[0] ?? "";
  const last = words.length > 1 ? (words.at(-1) ?? "") : "";
  // Scripts without capitals, such as Chinese or Arabic, read better as one sign than as two that touch.
  const letter = (word: string) => [...word.normalize("NFC")][0] ?? "";
  const both = letter(first) + letter(last);
  return both.toUpperCase() === both.toLowerCase() ? letter(first) : both.toUpperCase();
}

/** The same colour for the same key on every page and machine (FNV-1a). */
export function colourOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % COLOURS;
}
