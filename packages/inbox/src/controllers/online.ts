import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Asks for an update when the browser loses or finds the network; streams take longer to notice. */
export class OnlineController implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly isConnected: boolean };
  readonly #changed = () => this.#host.requestUpdate();

  constructor(host: ReactiveControllerHost & { readonly isConnected: boolean }) {
    this.#host = host;
    host.addController(this);
  }

  get isOnline(): boolean {
    return navigator.onLine;
  }

  hostConnected(): void {
    addEventListener("online", this.#changed);
    addEventListener("offline", this.#changed);
  }

  hostDisconnected(): void {
    removeEventListener("online", this.#changed);
    removeEventListener("offline", this.#changed);
  }
}
