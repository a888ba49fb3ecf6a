import {
  type AdminRequest,
  type Consent,
  isTrunklineError,
  type LiveItem,
  type MicrosoftFeature,
} from "@trunkline/sdk";
import { type CSSResultGroup, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { LiveController } from "../../controllers/live.ts";
import { canSay, say } from "../../locales/consent.ts";
import { TrunklineElement } from "../../shared/element.ts";
import { icon } from "../../shared/icons.ts";
import { problemView, stateView } from "../../shared/states.ts";
import { consentStyles } from "./consent.styles.ts";
import { consentAction, countFeatures } from "./consent-action.ts";
import { SHIELD, WARNING } from "./consent-icons.ts";
import { featureView } from "./feature-view.ts";

/** Reads `messaging contact_sync` or `messaging,contact_sync`. */
const featureList = {
  fromAttribute: (value: string | null) => value?.split(/[\s,]+/).filter((name) => name !== "") ?? undefined,
};

/**
 * @customElement trunkline-consent
 * @summary Where the reader's organisation and the reader stand with Microsoft 365, what is missing and why, and the one thing to do about it.
 * @fires {CustomEvent<{ consent: Consent }>} trunkline-consent - Where things stand is known, or has changed.
 * @fires {CustomEvent<{ error: unknown }>} trunkline-sign-in-needed - Nobody is signed in.
 * @fires {CustomEvent<{ error: unknown }>} trunkline-error - Something failed that nobody was waiting for.
 * @csspart panel - Everything there is.
 * @csspart features - The list of features.
 * @csspart state - What stands in its place when there is nothing to show.
 */
export class TrunklineConsent extends TrunklineElement {
  /** @internal Looks change through parts and custom properties. */
  static override styles: CSSResultGroup = [TrunklineElement.styles, consentStyles];
  static override readonly suffix: string = "consent";

  /** Only these features, by their names, separated by blanks; all that the tenant has when absent. */
  @property({ converter: featureList }) features?: readonly MicrosoftFeature[] | undefined;
  /** Where the browser goes at the end where no window can be opened; without it a page says that all is done. Its origin must be allowed. */
  @property({ attribute: "return-to" }) returnTo?: string | undefined;

  @state() private pending: AbortController | null = null;
  @state() private trouble: unknown = null;
  @state() private request: AdminRequest | null = null;
  @state() private copied: "link" | "text" | null = null;
  @state() private leaving: "user" | "tenant" | null = null;

  #told: Consent | null = null;
  readonly #consent = new LiveController<LiveItem<Consent>>(
    this,
    () => [this.environment.client],
    () => this.environment.client?.consent.live() ?? null,
  );

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.pending?.abort();
  }

  protected override render() {
    const { words } = this.environment;
    const snapshot = this.#consent.snapshot;
    const error = snapshot?.error ?? this.environment.trouble;
    const consent = snapshot?.data ?? null;
    if (consent === null) return error ? this.#problem(error) : this.#loading();
    const shown = this.#shown(consent);
    if (shown.features.length === 0) {
      return html`<section class="panel" part="panel" aria-label=${say(words, "consent.label")}>
        ${stateView({ icon: SHIELD, title: say(words, "state.nothing"), text: say(words, "state.nothing-text") })}
      </section>`;
    }
    return html`<section class="panel" part="panel" aria-label=${say(words, "consent.label")} aria-busy=${this.pending !== null}>
      ${this.#head(shown)} ${this.leaving === null ? this.#step(shown) : this.#leave(this.leaving)}
      <ul class="features" part="features">
        ${shown.features.map((feature) => featureView(feature, words, shown.tenant?.state === "suspended"))}
      </ul>
      ${this.#foot(shown)}
    </section>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    const consent = this.#consent.snapshot?.data ?? null;
    if (consent === null || consent === this.#told) return;
    this.#told = consent;
    this.fire("trunkline-consent", { consent });
  }

  /** The features that were asked for, and the worst of their states. */
  #shown(consent: Consent): Consent {
    const { features: wanted } = this;
    if (wanted === undefined) return consent;
    const features = consent.features.filter(({ feature }) => wanted.includes(feature));
    const worst =
      features.find(({ next }) => next.code === consent.next.code) ?? features.find(isStopped) ?? features[0];
    return worst ? { ...consent, features, state: worst.state, next: worst.next } : { ...consent, features };
  }

  #head(consent: Consent): TemplateResult {
    const { words } = this.environment;
    const { tenant, connection, next } = consent;
    const isPaused = tenant?.state === "suspended";
    const account = connection && {
      account: connection.account.name,
      day: words.day(new Date(connection.connectedAt), new Date(this.environment.now())),
    };
    return html`<div class="head">
      <span class="mark">${icon(!isPaused && CALM.has(consent.state) ? SHIELD : WARNING)}</span>
      <div role="status">
        <h2 class="title">${isPaused ? say(words, "state.suspended") : this.#title(consent)}</h2>
        ${isPaused ? html`<p class="words">${say(words, "state.suspended-text")}</p>` : nothing}
        ${!isPaused && next.who !== "nobody" ? html`<p class="words">${next.words}</p>` : nothing}
        ${tenant?.name ? html`<p class="account" dir="auto">${tenant.name}</p>` : nothing}
        ${account ? html`<p class="account" dir="auto">${say(words, "account.connected", account)}</p>` : nothing}
      </div>
    </div>`;
  }

  /** What is the matter; where most works already, only of what does not. */
  #title(consent: Consent): string {
    const { words } = this.environment;
    const { working, waiting } = countFeatures(consent);
    const more = `state.${consent.state}-more`;
    if (working > 0 && canSay(more)) return say(words, more, { count: waiting });
    const key = `state.${consent.state}`;
    return say(words, canSay(key) ? key : "state.reconnect");
  }

  /** The one thing that can be done. */
  #step(consent: Consent): TemplateResult | typeof nothing {
    const { words } = this.environment;
    if (consent.tenant?.state === "suspended") return nothing;
    if (this.pending) {
      return html`<div role="status">
          <p class="title">${say(words, "waiting.title")}</p>
          <p class="words">${say(words, "waiting.text")}</p>
        </div>
        <div class="actions">
          <button class="button" type="button" @click=${() => this.pending?.abort()}>${say(words, "action.cancel")}</button>
        </div>`;
    }
    const action = consentAction(consent);
    switch (action) {
      case "none":
        return this.#troubleView();
      case "connect":
      case "reconnect":
        return html`<div class="actions">
            <button class="button primary" type="button" @click=${() => this.#connect("popup")}>
              ${say(words, action === "connect" ? "action.connect" : "action.reconnect")}
            </button>
            ${
              isTrunklineError(this.trouble) && this.trouble.code === "popup_blocked"
                ? html`<button class="button" type="button" @click=${() => this.#connect("redirect")}>
                    ${say(words, "action.here")}
                  </button>`
                : nothing
            }
          </div>
          ${this.#troubleView()}`;
      case "ask_admin":
        return this.request === null
          ? html`<div class="actions">
                <button class="button primary" type="button" @click=${this.#ask}>${say(words, "action.link")}</button>
              </div>
              ${this.#troubleView()}`
          : this.#linkView(this.request);
      case "wait":
        return html`<div class="actions">
            <button class="button" type="button" @click=${this.#reload}>${say(words, "action.again")}</button>
          </div>
          ${this.#troubleView()}`;
    }
  }

  #linkView({ url, text, expiresAt }: AdminRequest): TemplateResult {
    const { words } = this.environment;
    const copy = (what: "link" | "text") => html`<button
      class="button ${what === "text" ? "primary" : ""}"
      type="button"
      @click=${() => this.#copy(what, what === "link" ? url : text)}
    >
      ${say(words, this.copied === what ? "action.copied" : what === "link" ? "action.copy-link" : "action.copy-text")}
    </button>`;
    const when = words.soon(new Date(expiresAt), new Date(this.environment.now()));
    return html`<div class="link">
      <label
        >${say(words, "admin.link")}
        <input
          id="link"
          type="text"
          readonly
          dir="ltr"
          .value=${url}
          @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()}
        />
      </label>
      <div class="actions">${copy("text")} ${copy("link")}</div>
      <p class="until">${say(words, "admin.until", { when })}</p>
      ${this.#troubleView()}
    </div>`;
  }

  #troubleView(): TemplateResult | typeof nothing {
    if (this.trouble === null) return nothing;
    const { words } = this.environment;
    const code = isTrunklineError(this.trouble) ? this.trouble.code : "unknown";
    const key = `trouble.${code}`;
    return html`<p class="trouble" role="alert">
      ${canSay(key) ? say(words, key) : say(words, "trouble.other", { code })}
    </p>`;
  }

  #foot({ connection, tenant }: Consent): TemplateResult | typeof nothing {
    const { words, me } = this.environment;
    if (this.pending !== null || this.leaving !== null) return nothing;
    const mayLeave = tenant !== null && me?.permissions.includes("tenant.write");
    if (connection === null && !mayLeave) return nothing;
    const leave = (of: "user" | "tenant") => html`<button
      class="text-button"
      type="button"
      @click=${() => {
        this.leaving = of;
        this.#focus("leave");
      }}
    >
      ${say(words, of === "user" ? "action.disconnect" : "action.disconnect-tenant")}
    </button>`;
    return html`<div class="leave">${connection ? leave("user") : nothing} ${mayLeave ? leave("tenant") : nothing}</div>`;
  }

  #leave(of: "user" | "tenant"): TemplateResult {
    const { words } = this.environment;
    return html`<div role="group" aria-labelledby="leave" aria-describedby="leave-text">
      <p class="title" id="leave" tabindex="-1">${say(words, `leave.${of}`)}</p>
      <p class="words" id="leave-text">${say(words, `leave.${of}-text`)}</p>
      <div class="actions">
        <button class="button" type="button" @click=${() => this.#disconnect(of)}>
          ${say(words, of === "user" ? "action.disconnect" : "action.disconnect-tenant")}
        </button>
        <button class="button" type="button" @click=${() => (this.leaving = null)}>${say(words, "action.keep")}</button>
      </div>
      ${this.#troubleView()}
    </div>`;
  }

  #loading(): TemplateResult {
    return html`<section class="panel" part="panel" aria-busy="true" aria-label=${say(this.environment.words, "consent.label")}>
      <p class="visually-hidden" role="status">${say(this.environment.words, "consent.loading")}</p>
      <div class="stencil line"></div>
      <div class="stencil line long"></div>
      <div class="stencil line long"></div>
    </section>`;
  }

  #problem(error: unknown): TemplateResult {
    const { words } = this.environment;
    const isNotSetUp = isTrunklineError(error) && error.code === "microsoft_not_set_up";
    return html`<section class="panel" part="panel" aria-label=${say(words, "consent.label")}>
      ${
        isNotSetUp
          ? stateView({
              icon: SHIELD,
              title: say(words, "state.not-set-up"),
              text: say(words, "state.not-set-up-text"),
            })
          : problemView(words, error, this.#reload)
      }
    </section>`;
  }

  readonly #reload = (): void => {
    void this.#attempt(async () => await this.#consent.source?.reload());
  };

  readonly #ask = (): void => {
    void this.#attempt(async () => {
      const { client } = this.environment;
      const { features } = this;
      this.request = (await client?.consent.adminRequest(features ? { features: [...features] } : {})) ?? null;
      this.#focus("link");
    });
  };

  /** In the click itself: a browser lets nothing else open a window. */
  #connect(mode: "popup" | "redirect"): void {
    const { client } = this.environment;
    if (client === null) return;
    const pending = new AbortController();
    this.trouble = null;
    this.pending = pending;
    const { returnTo } = this;
    client.consent
      .connect({ mode, signal: pending.signal, ...this.#wanted(), ...(returnTo === undefined ? {} : { returnTo }) })
      .then(() => this.#consent.source?.reload()) // its event may still be on the way
      .catch((error: unknown) => {
        if (!pending.signal.aborted) this.trouble = error;
      })
      .finally(() => {
        if (this.pending === pending) this.pending = null;
      });
  }

  #disconnect(of: "user" | "tenant"): void {
    void this.#attempt(async () => {
      await this.environment.client?.consent.disconnect({ of });
      this.leaving = null;
      this.request = null;
    });
  }

  async #copy(what: "link" | "text", words: string): Promise<void> {
    await this.#attempt(async () => {
      await navigator.clipboard.writeText(words);
      this.copied = what;
    });
  }

  async #attempt(work: () => Promise<unknown>): Promise<void> {
    this.trouble = null;
    try {
      await work();
    } catch (error) {
      this.trouble = error;
    }
  }

  #wanted(): { features?: readonly MicrosoftFeature[] } {
    return this.features === undefined ? {} : { features: this.features };
  }

  #focus(id: string): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#${id}`)?.focus());
  }
}

/** States in which nothing is wrong. */
const CALM: ReadonlySet<string> = new Set(["granted", "can_grant"]);

const isStopped = ({ state: at }: Consent["features"][number]) => at !== "granted";

declare global {
  interface HTMLElementTagNameMap {
    "trunkline-consent": TrunklineConsent;
  }
}
