/** Words in one language. */
export interface Variant {
  /** BCP 47 tag; null when nobody said. */
  readonly locale: string | null;
  readonly text: string;
}

/** A template's words: its own, and the same in other languages. */
export interface TemplateWords extends Variant {
  readonly variants: readonly Variant[];
}

/**
 * The words that come nearest to a language: of the very tag, else of the tag without its last parts (`pt-BR`, `pt`;
 * source: RFC 4647 §3.4, look-up), else of the same language in the same script for another region (`pt-PT` for `pt-BR`,
 * but never `zh-CN` for `zh-TW`). Where none is near, or no language is asked for, the template's own.
 */
export function chooseVariant(template: TemplateWords, locale: string | undefined): Variant {
  if (locale === undefined) return template;
  const candidates = [template, ...template.variants];
  const wanted = locale.toLowerCase();
  for (let tag = wanted; tag !== ""; tag = withoutLastPart(tag)) {
    const match = candidates.find((candidate) => candidate.locale?.toLowerCase() === tag);
    if (match) return match;
  }
  const script = languageAndScript(wanted);
  const kin = candidates.filter((one) => one.locale !== null && languageAndScript(one.locale) === script);
  return kin.find((one) => one.locale !== null && !one.locale.includes("-")) ?? kin[0] ?? template;
}

/** A single letter introduces what follows it, so that it goes along (RFC 4647 §3.4). */
function withoutLastPart(tag: string): string {
  const parts = tag.split("-").slice(0, -1);
  if (parts.at(-1)?.length === 1) parts.pop();
  return parts.join("-");
}

/** `zh-hant` for `zh-TW`; a tag that the platform cannot read stands for itself. */
function languageAndScript(tag: string): string {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    return `${language}-${script ?? ""}`.toLowerCase();
  } catch {
    return tag.toLowerCase(); // a RangeError: well-formed for our schema, and still no tag
  }
}
