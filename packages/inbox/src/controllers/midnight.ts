import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Asks for an update when the day changes, so that "Today" becomes "Yesterday" on a page that stays open. */
export class MidnightController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #now: () => () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, now: () => () => number) {
    this.#host = host;
    this.#now = now;
    host.addController(this);
  }

  hostConnected(): void {
    this.#wait();
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const now = new Date(this.#now()());
    const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
    this.#timer = setTimeout(
      () => {
        this.#host.requestUpdate();
        this.#wait();
      },
      midnight.getTime() - now.getTime() + 500, // timers may fire a little early
    );
  }
}
