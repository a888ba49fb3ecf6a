/*
 * Text that the store can hold. PostgreSQL refuses NUL in text, and a lone surrogate has no UTF-8 form, so both would be
 * lost or changed in silence.
 */

/** True when PostgreSQL stores the text as it is: no NUL and no half of a surrogate pair. */
export function isStorableText(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** Makes a carrier's text storable: NUL is dropped, half a surrogate pair becomes U+FFFD. The raw body is kept elsewhere. */
export function toStorableText(text: string): string {
  return text.replaceAll("\0", "").toWellFormed();
}
