import type { ReactiveController } from "lit";
import type { TrunklineElement } from "../../shared/element.ts";

/** How long a page may take to give what is missing, in milliseconds. */
const GRACE_MS = 2_000;

/** Tells the page's author, once, what an element lacks that nobody gives a client. */
export class MissingClientController implements ReactiveController {
  readonly #host: TrunklineElement;
  readonly #hasClient: () => boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isTold = false;

  constructor(host: TrunklineElement, hasClient: () => boolean) {
    this.#host = host;
    this.#hasClient = hasClient;
    host.addController(this);
  }

  hostConnected(): void {
    if (!this.#isTold) this.#timer = setTimeout(() => this.#tell(), GRACE_MS);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  #tell(): void {
    const { gateway, sessionUrl, auth, localName } = this.#host;
    const missing = [
      ...(gateway ? [] : ['the attribute "gateway"']),
      ...(sessionUrl || auth ? [] : ['the attribute "session-url" or the property "auth"']),
    ];
    if (this.#hasClient() || missing.length === 0) return; // what is there, but wrong, is told as an error
    this.#isTold = true;
    // biome-ignore lint/suspicious/noConsole: what people see does not say it, and nobody else can tell the page's author
    console.warn(`Trunkline: <${localName}> has no client. It lacks ${missing.join(" and ")}.`);
  }
}
