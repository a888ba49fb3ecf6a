/** The only schemes that a link may have. */
const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);

/** The address in its canonical form if its scheme is one that we follow and it hides nothing, else null. */
export function safeHref(address: string, base?: string): string | null {
  let url: URL;
  try {
    url = new URL(address, base);
  } catch {
    return null; // no address at all: it stays text
  }
  if (!SCHEMES.has(url.protocol)) return null;
  if (url.username !== "" || url.password !== "") return null; // https://bank.example@evil.example
  return url.href;
}
