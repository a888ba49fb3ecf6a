import type { Me, Trunkline, TrunklineError } from "@trunkline/sdk";
import type { Localizer } from "../locales/localizer.ts";
import type { ContactDirectory } from "./contacts.ts";
import type { LinkFor } from "./link-for.ts";

/** `auto` follows the page: its Fluent tokens and its `color-scheme`. Names that are not known count as `light`. */
export type Theme = "light" | "dark" | "contrast" | "auto";

/** What an element of ours works with, given by its own attributes and properties or by an element around it. */
export interface Environment {
  readonly client: Trunkline | null;
  /** Who is signed in; null until that is known. */
  readonly me: Me | null;
  readonly contacts: ContactDirectory;
  /** Why there has been no connection yet; null once there was one, or while nothing has failed. */
  readonly trouble: TrunklineError | null;
  /** Where the host shows conversations and messages; null where it does not say. */
  readonly linkFor: LinkFor | null;
  readonly theme: Theme;
  readonly words: Localizer;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Asks the elements around for their environment. Named by version, so that two versions on a page keep apart. */
export class EnvironmentRequest extends Event {
  static readonly type = "trunkline-environment-0";
  readonly asker: EventTarget;
  readonly deliver: (environment: Environment) => void;
  /** Set by the one who answers: ends the deliveries. */
  stop: () => void = () => undefined;

  constructor(asker: EventTarget, deliver: (environment: Environment) => void) {
    super(EnvironmentRequest.type, { bubbles: true, composed: true });
    this.asker = asker;
    this.deliver = deliver;
  }
}
