import {
  createTrunkline,
  type Me,
  sessionAuth,
  type Trunkline,
  type TrunklineAuth,
  type TrunklineError,
} from "@trunkline/sdk";
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { Localizer } from "../locales/localizer.ts";
import { ContactDirectory, type ContactResolver } from "./contacts.ts";
import { type Environment, EnvironmentRequest, type Theme } from "./environment.ts";
import type { LinkFor } from "./link-for.ts";
import { needsSignIn } from "./sign-in.ts";

/** What an element may be given itself; what is absent comes from the element around it. */
export interface EnvironmentHost extends ReactiveControllerHost, HTMLElement {
  readonly gateway?: string | undefined;
  readonly sessionUrl?: string | undefined;
  readonly auth?: TrunklineAuth | undefined;
  readonly client?: Trunkline | undefined;
  readonly contactResolver?: ContactResolver | undefined;
  readonly linkFor?: LinkFor | undefined;
  readonly theme?: Theme | undefined;
  readonly locale?: string | undefined;
  readonly now?: (() => number) | undefined;
  report(error: unknown): void;
  signInNeeded(error: unknown): void;
}

/**
 * Finds what an element works with, and hands it to the elements inside.
 *
 * A client that is made here from `gateway` lives while the element is in the page. Removal and return within one task, as
 * when a node is moved, keep it.
 */
export class EnvironmentController implements ReactiveController {
  readonly #host: EnvironmentHost;
  readonly #inner = new Map<EventTarget, (environment: Environment) => void>();
  #outer: Environment | null = null;
  #leaveOuter: () => void = () => undefined;
  #current: Environment | null = null;
  #own: { readonly client: Trunkline; readonly madeFrom: readonly unknown[] } | null = null;
  #introduced: Trunkline | null = null;
  #leaveIntroduced: () => void = () => undefined;
  #me: Me | null = null;
  #trouble: TrunklineError | null = null;
  #contacts: ContactDirectory | null = null;
  #words: Localizer | null = null;

  constructor(host: EnvironmentHost) {
    this.#host = host;
    host.addController(this);
  }

  /** The environment as it is now. */
  get current(): Environment {
    return this.#current ?? this.refresh();
  }

  hostConnected(): void {
    this.#host.addEventListener(EnvironmentRequest.type, this.#answer);
    const request = new EnvironmentRequest(this.#host, (environment) => {
      this.#outer = environment;
      this.#host.requestUpdate();
      if (this.#current !== null) this.refresh();
    });
    this.#host.dispatchEvent(request);
    this.#leaveOuter = request.stop;
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#host.removeEventListener(EnvironmentRequest.type, this.#answer);
    this.#leaveOuter();
    this.#leaveOuter = () => undefined;
    this.#outer = null;
    queueMicrotask(() => {
      if (!this.#host.isConnected) this.#release();
    });
  }

  /** Works out the environment again; the same object comes back while nothing in it changed. */
  refresh(): Environment {
    const host = this.#host;
    const outer = this.#outer;
    const introduced = host.isConnected ? (host.client ?? this.#ownClient()) : null;
    this.#introduce(introduced);
    const locale = host.locale || outer?.words.locale || pageLanguage(host);
    const next: Environment = {
      client: introduced ?? outer?.client ?? null,
      me: introduced ? this.#me : (outer?.me ?? null),
      contacts: this.#directory(outer),
      trouble: introduced ? this.#trouble : (outer?.trouble ?? null),
      linkFor: host.linkFor ?? outer?.linkFor ?? null,
      theme: host.theme ?? outer?.theme ?? "auto",
      words: this.#wordsIn(locale, outer),
      now: host.now ?? outer?.now ?? Date.now,
    };
    const before = this.#current;
    if (before !== null && keys(next).every((key) => next[key] === before[key])) return before;
    this.#current = next;
    for (const deliver of [...this.#inner.values()]) deliver(next);
    return next;
  }

  readonly #answer = (event: Event) => {
    if (!(event instanceof EnvironmentRequest) || event.asker === this.#host) return;
    event.stopPropagation();
    const { asker, deliver } = event;
    this.#inner.set(asker, deliver);
    event.stop = () => this.#inner.delete(asker);
    deliver(this.current);
  };

  #ownClient(): Trunkline | null {
    const { gateway, sessionUrl, auth, client } = this.#host;
    const complete = !client && gateway && (auth || sessionUrl);
    const madeFrom = complete ? [gateway, auth ?? sessionUrl] : [];
    if (this.#own?.madeFrom.every((value, index) => value === madeFrom[index]) && madeFrom.length > 0) {
      return this.#own.client;
    }
    this.#closeOwn();
    if (!complete) return null;
    try {
      const made = createTrunkline({
        gateway: new URL(gateway, this.#host.baseURI),
        auth: auth ?? sessionAuth(new URL(sessionUrl ?? "", this.#host.baseURI)),
        onError: (error) => this.#host.report(error),
      });
      this.#own = { client: made, madeFrom };
      return made;
    } catch (error) {
      queueMicrotask(() => this.#host.report(error)); // an event in the middle of an update would surprise its listeners
      return null;
    }
  }

  #closeOwn(): void {
    const own = this.#own;
    this.#own = null;
    void own?.client.close().catch((error: unknown) => this.#host.report(error));
  }

  /** Follows the client that this element brings in: who is signed in, and whether anybody is. */
  #introduce(client: Trunkline | null): void {
    if (client === this.#introduced) return;
    this.#leaveIntroduced();
    this.#introduced = client;
    this.#me = null;
    this.#trouble = null;
    if (client === null) return;
    const abort = new AbortController();
    let asking = false;
    let wasLive = false;
    let signInTold = false;
    const askMe = async () => {
      asking = true;
      try {
        const me = await client.me.get({ signal: abort.signal });
        if (abort.signal.aborted) return;
        this.#me = me;
        this.#host.requestUpdate();
      } catch {
        // The connection tells the same failure; when it is live, this is tried again.
      } finally {
        asking = false;
      }
    };
    const look = () => {
      const connection = client.connection.getSnapshot();
      wasLive ||= connection.state === "live";
      // It stays while the next try is under way, so that what is said about it does not come and go.
      if (wasLive) this.#trouble = null;
      else if ("error" in connection) this.#trouble = connection.error;
      if (connection.state === "live") {
        signInTold = false;
        if (this.#me === null && !asking) void askMe();
      } else if (connection.state === "stopped" && !signInTold && needsSignIn(connection.error)) {
        signInTold = true;
        this.#me = null;
        this.#host.signInNeeded(connection.error);
      }
      this.#host.requestUpdate();
    };
    const stop = client.connection.subscribe(look);
    this.#leaveIntroduced = () => {
      stop();
      abort.abort();
      this.#leaveIntroduced = () => undefined;
    };
    void askMe();
    queueMicrotask(look);
  }

  #directory(outer: Environment | null): ContactDirectory {
    const resolver = this.#host.contactResolver ?? null;
    if (resolver === null && outer !== null) {
      this.#contacts?.close();
      this.#contacts = null;
      return outer.contacts;
    }
    if (this.#contacts === null || this.#contacts.resolver !== resolver) {
      this.#contacts?.close();
      this.#contacts = new ContactDirectory(resolver, (error) => this.#host.report(error));
    }
    return this.#contacts;
  }

  #wordsIn(locale: string, outer: Environment | null): Localizer {
    if (outer?.words.locale === locale) return outer.words;
    if (this.#words === null || this.#words.asked !== locale) this.#words = new Localizer(locale);
    return this.#words;
  }

  /** The element has left the page for good, as far as anybody can tell; if it comes back, all is made anew. */
  #release(): void {
    this.#introduce(null);
    this.#closeOwn();
    this.#contacts?.close();
    this.#contacts = null;
    this.#current = null;
  }
}

function keys(environment: Environment): (keyof Environment)[] {
  return Object.keys(environment) as (keyof Environment)[];
}

function pageLanguage(element: HTMLElement): string {
  const near = element.closest<HTMLElement>("[lang]");
  return near?.lang || element.ownerDocument.documentElement.lang || navigator.language;
}
