/** A page as somebody sees it. */
interface Page {
  readonly url: string;
  readonly status: number;
  readonly html: string;
}

/**
 * Somebody at a browser without scripts: opens pages, follows redirects, presses buttons of forms, keeps cookies. What
 * needs scripts is tested with a real browser.
 */
export class Person {
  readonly #fetch: typeof globalThis.fetch;
  readonly #cookies = new Map<string, Map<string, string>>();
  #page: Page = { url: "about:blank", status: 0, html: "" };

  constructor(fetch: typeof globalThis.fetch) {
    this.#fetch = fetch;
  }

  get url(): string {
    return this.#page.url;
  }

  get status(): number {
    return this.#page.status;
  }

  get title(): string {
    return this.#text(/<h1>(.*?)<\/h1>/s);
  }

  /** What the page says, without its markup. */
  get words(): string {
    return decode(this.#page.html.replace(/<(style|script|head)[\s\S]*?<\/\1>|<[^>]*>/g, " ")).replace(/\s+/g, " ");
  }

  /** What stands in the page's text field. */
  get field(): string {
    return this.#text(/<textarea[^>]*>(.*?)<\/textarea>/s);
  }

  async open(url: string): Promise<void> {
    await this.#send(new Request(url, { redirect: "manual" }));
  }

  /** Presses the button with this label, or, without one, lets the page's script send the page's only form. */
  async press(label?: string): Promise<void> {
    const forms = [...this.#page.html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)];
    for (const [, attributes = "", inside = ""] of forms) {
      const button = [...inside.matchAll(/<button([^>]*)>([\s\S]*?)<\/button>/g)].find(
        ([, , text = ""]) => decode(text).trim() === label,
      );
      if (label !== undefined && !button) continue;
      const fields = [...inside.matchAll(/<input([^>]*)>/g), ...(button ? [button] : [])].flatMap(([, named = ""]) => {
        const name = attribute(named, "name");
        return name === null ? [] : [[name, attribute(named, "value") ?? ""]];
      });
      const body = new URLSearchParams(fields);
      const target = new URL(attribute(attributes, "action") ?? this.url, this.url);
      return this.#send(new Request(target, { method: "POST", body, redirect: "manual" }));
    }
    throw new Error(`no button "${label}" on: ${this.words}`);
  }

  async #send(request: Request): Promise<void> {
    let next: Request | null = request;
    for (let hops = 0; next !== null; hops++) {
      if (hops > 20) throw new Error(`redirects without end, the last to ${next.url}`);
      next = await this.#hop(next);
    }
  }

  async #hop(request: Request): Promise<Request | null> {
    const { origin } = new URL(request.url);
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, jar);
    if (jar.size > 0) request.headers.set("cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await this.#fetch(request);
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ""] = cookie.split(";");
      const [name = "", ...value] = pair.split("=");
      if (/max-age=0/i.test(cookie)) jar.delete(name);
      else jar.set(name, value.join("="));
    }
    const location = response.headers.get("location");
    if (location !== null) return new Request(new URL(location, request.url), { redirect: "manual" });
    this.#page = { url: request.url, status: response.status, html: await response.text() };
    const refresh = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(this.#page.html)?.[1];
    return refresh === undefined ? null : new Request(decode(refresh), { redirect: "manual" });
  }

  #text(pattern: RegExp): string {
    return decode(pattern.exec(this.#page.html)?.[1] ?? "").trim();
  }
}

function attribute(tag: string, name: string): string | null {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? null : decode(value);
}

function decode(html: string): string {
  const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return html
    .replace(/&#(x?)([\da-f]+);/gi, (_, isHex: string, digits: string) =>
      String.fromCodePoint(Number.parseInt(digits, isHex === "" ? 10 : 16)),
    )
    .replace(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => named[name] ?? whole);
}
