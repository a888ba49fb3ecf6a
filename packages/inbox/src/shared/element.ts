import type { Trunkline, TrunklineAuth } from "@trunkline/sdk";
import { adoptStyles, type CSSResult, type CSSResultGroup, LitElement, type PropertyValues } from "lit";
import { property } from "lit/decorators.js";
import { type StaticValue, unsafeStatic } from "lit/static-html.js";
import { LiveController } from "../controllers/live.ts";
import { VERSION } from "../version.ts";
import { base } from "./base.styles.ts";
import type { ContactResolver } from "./contacts.ts";
import type { Environment, Theme } from "./environment.ts";
import { EnvironmentController } from "./environment-controller.ts";
import type { TrunklineEventDetails, TrunklineEventName } from "./events.ts";
import { keepTypingInside } from "./keys.ts";
import type { LinkFor } from "./link-for.ts";
import { tokens } from "./tokens.styles.ts";

const NAMED_THEMES = ["light", "dark", "contrast"] as const;

/**
 * What all elements share: the client and everything else they work with, theme, language, and how they speak to the page.
 *
 * An element takes its client from `client`, else makes one from `gateway` with `session-url` or `auth` and closes it
 * when it leaves the page, else uses that of the element around it.
 */
export abstract class TrunklineElement extends LitElement {
  /** @internal Looks change through parts and custom properties. */
  static override styles: CSSResultGroup = [tokens, base];
  /** Version of the package that this class comes from. */
  static readonly version: string = VERSION;
  /** The tag's name behind the prefix, such as `inbox` in `trunkline-inbox`. */
  static readonly suffix: string = "";

  /** Address of the gateway. */
  @property() gateway?: string | undefined;
  /** The host application's own route that mints a session: it is POSTed with the page's cookies. */
  @property({ attribute: "session-url" }) sessionUrl?: string | undefined;
  /** Colours: `light`, `dark`, `contrast`, or `auto` to follow the page. */
  @property() theme?: Theme | undefined;
  /** Language of times and numbers, BCP 47; that of the page when absent. */
  @property() locale?: string | undefined;
  /** Where tokens come from, instead of `session-url`. */
  @property({ attribute: false }) auth?: TrunklineAuth | undefined;
  /** A client that the host made; the element never closes it. */
  @property({ attribute: false }) client?: Trunkline | undefined;
  /** Names and pictures from the host's own data. */
  @property({ attribute: false }) contactResolver?: ContactResolver | undefined;
  /** Where the host shows a conversation or message, so that rows and times are links that can be copied and opened. */
  @property({ attribute: false }) linkFor?: LinkFor | undefined;
  /** @internal Stands in for the clock in tests: milliseconds since 1970. */
  @property({ attribute: false }) now?: (() => number) | undefined;

  readonly #internals = this.attachInternals();
  readonly #environment = new EnvironmentController(this);
  readonly #adopted = new Set<CSSResult>();
  protected readonly contactsKnown = new LiveController(
    this,
    () => [this.environment.contacts],
    () => this.environment.contacts,
  );

  constructor() {
    super();
    this.addEventListener("keydown", keepTypingInside);
    this.addEventListener("keypress", keepTypingInside);
    this.addEventListener("keyup", keepTypingInside);
  }

  /** What this element works with at the moment. */
  protected get environment(): Environment {
    return this.#environment.current;
  }

  /** @internal */
  report(error: unknown): void {
    this.fire("trunkline-error", { error });
  }

  /** @internal */
  signInNeeded(error: unknown): void {
    this.fire("trunkline-sign-in-needed", { error });
  }

  /**
   * Tells the page something. Inside another element of ours the event stays in there, and that element tells it in its
   * own name, so that the page hears each thing once.
   *
   * @returns false if somebody prevented the default
   * @internal
   */
  fire<Name extends TrunklineEventName>(
    name: Name,
    detail: TrunklineEventDetails[Name],
    { cancelable = false }: { cancelable?: boolean } = {},
  ): boolean {
    const around = this.elementAround();
    const event = new CustomEvent(name, { bubbles: true, composed: around === null, cancelable, detail });
    const wanted = this.dispatchEvent(event);
    if (around === null || !wanted) return wanted;
    return around.fire(name, detail, { cancelable });
  }

  /** Adds the styles of a part that has come, behind those that are there. */
  protected adopt(styles: CSSResult): void {
    if (!(this.renderRoot instanceof ShadowRoot)) return;
    this.#adopted.add(styles);
    const { elementStyles } = this.constructor as typeof TrunklineElement;
    adoptStyles(this.renderRoot, [...elementStyles, ...this.#adopted]);
  }

  /** The element of ours in whose shadow root this one stands, or null. */
  protected elementAround(): TrunklineElement | null {
    const root = this.getRootNode();
    if (!(root instanceof ShadowRoot)) return null;
    return "fire" in root.host && "version" in root.host.constructor ? (root.host as TrunklineElement) : null;
  }

  /** The tag of a sibling element under the prefix that this one is registered with. */
  protected tag(suffix: string): StaticValue {
    const own = (this.constructor as typeof TrunklineElement).suffix;
    return unsafeStatic(`${this.localName.slice(0, -own.length)}${suffix}`); // from a registered name: letters, digits, hyphens
  }

  protected override willUpdate(_changed: PropertyValues<this>): void {
    const { theme } = this.#environment.refresh();
    const named = NAMED_THEMES.find((name) => name === theme) ?? (theme === "auto" ? null : "light");
    for (const name of NAMED_THEMES) {
      if (name === named) this.#internals.states.add(name);
      else this.#internals.states.delete(name);
    }
  }
}
