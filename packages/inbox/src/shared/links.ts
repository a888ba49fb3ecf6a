import { safeHref } from "./safe-href.ts";

/** A piece of a message: plain text, or a link. */
export type TextPart = { kind: "text"; text: string } | { kind: "link"; text: string; href: string };

// One pass without nested repetition, so that a hostile text costs no more than its length.
const CANDIDATE =
  /\b(?:https?:\/\/|www\.)[^\s<>"'`\p{Cc}\p{Cf}]+|\b(?:mailto|tel):[^\s<>"'`]+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/giu;
const TRAILING = /[.,;:!?…*_~]+$/u;
const PAIRS: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/**
 * Cuts a text into plain parts and links. Web addresses, e-mail addresses, and `mailto:` and `tel:` links count; anything
 * else stays text. A closing bracket or a full stop behind an address belongs to the sentence, not to the address.
 */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const found = trimmed(match[0]);
    const href = hrefOf(found);
    if (href === null) continue;
    if (match.index > end) parts.push({ kind: "text", text: text.slice(end, match.index) });
    parts.push({ kind: "link", text: found, href });
    end = match.index + found.length;
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) });
  return parts;
}

function hrefOf(found: string): string | null {
  if (/^www\./i.test(found)) return found.length > 8 ? safeHref(`https://${found}`) : null;
  if (/^(?:https?|mailto|tel):/i.test(found)) return safeHref(found);
  return safeHref(`mailto:${found}`);
}

function trimmed(candidate: string): string {
  let text = candidate;
  for (;;) {
    const shorter = withoutLast(text);
    if (shorter === text) return text;
    text = shorter;
  }
}

function withoutLast(text: string): string {
  const stopped = text.replace(TRAILING, "");
  if (stopped !== text) return stopped;
  const open = PAIRS[text.slice(-1)];
  if (open === undefined) return text;
  const close = text.slice(-1);
  return text.split(open).length < text.split(close).length ? text.slice(0, -1) : text;
}
