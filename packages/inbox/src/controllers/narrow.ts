import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Tells whether an element is narrower than a limit, from its own width and not from that of the window. */
export class NarrowController implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #limit: number;
  #observer: ResizeObserver | null = null;
  #isNarrow = false;

  constructor(host: ReactiveControllerHost & HTMLElement, limit: number) {
    this.#host = host;
    this.#limit = limit;
    host.addController(this);
  }

  get isNarrow(): boolean {
    return this.#isNarrow;
  }

  hostConnected(): void {
    this.#measure(this.#host.clientWidth);
    this.#observer = new ResizeObserver(([entry]) => this.#measure(entry?.contentRect.width ?? 0));
    this.#observer.observe(this.#host);
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#observer = null;
  }

  #measure(width: number): void {
    if (width === 0) return; // not on show: whatever it was before will do
    const isNarrow = width < this.#limit;
    if (isNarrow === this.#isNarrow) return;
    this.#isNarrow = isNarrow;
    this.#host.requestUpdate();
  }
}
