import type { ReactiveController, ReactiveControllerHost } from "lit";

export interface PartHost extends ReactiveControllerHost {
  report(error: unknown): void;
}

/**
 * Code that an element does not need for its first picture: a `*.part.ts` file, which the build makes a chunk of its own.
 * It is fetched when it is first asked for, and the element is updated when it is there.
 *
 * @example
 * readonly #picker = new PartController(this, () => import("./picker.part.ts"));
 * // in render(): this.#picker.code?.pickerView(…) ?? nothing
 */
export class PartController<Part> implements ReactiveController {
  readonly #host: PartHost;
  readonly #fetch: () => Promise<Part>;
  #code: Part | null = null;
  #fetching: Promise<Part> | null = null;

  constructor(host: PartHost, fetch: () => Promise<Part>) {
    this.#host = host;
    this.#fetch = fetch;
    host.addController(this);
  }

  hostConnected(): void {
    // It holds nothing that would have to come and go with its host.
  }

  /** The part, once it is there. Looking for it begins to fetch it; a failure is reported, and tried again by the next look. */
  get code(): Part | null {
    if (this.#code === null && this.#fetching === null) {
      this.load().catch((error: unknown) => this.#host.report(error));
    }
    return this.#code;
  }

  /** The part if it is there already, without fetching it. */
  get loaded(): Part | null {
    return this.#code;
  }

  /** Fetches the part; calls while that is under way share it. Rejects when it could not be fetched. */
  load(): Promise<Part> {
    this.#fetching ??= this.#fetch().then(
      (code) => {
        this.#code = code;
        this.#host.requestUpdate();
        return code;
      },
      (error: unknown) => {
        this.#fetching = null; // whoever needs it asks again
        throw error;
      },
    );
    return this.#fetching;
  }
}
