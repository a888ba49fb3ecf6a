import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Asks for an update every second while there is something to count down, and for none otherwise. */
export class TickerController implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly isConnected: boolean };
  readonly #isCounting: () => boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost & { readonly isConnected: boolean }, isCounting: () => boolean) {
    this.#host = host;
    this.#isCounting = isCounting;
    host.addController(this);
  }

  hostUpdated(): void {
    if (this.#timer !== undefined || !this.#host.isConnected || !this.#isCounting()) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#host.requestUpdate();
    }, 1000);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
