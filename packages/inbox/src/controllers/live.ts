import type { Observable } from "@trunkline/sdk";
import type { ReactiveController, ReactiveControllerHost } from "lit";

type SnapshotOf<Source> = Source extends Observable<infer Value> ? Value : never;

/**
 * Follows something observable for as long as its element is connected, and asks for an update when it changes.
 *
 * The source is made anew when one of `dependencies` is another value; between removal and return of the element it is
 * kept, so that a move in the page shows the same data.
 */
export class LiveController<Source extends Observable<unknown>> implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly isConnected: boolean };
  readonly #dependencies: () => readonly unknown[];
  readonly #make: () => Source | null;
  #madeFrom: readonly unknown[] | null = null;
  #source: Source | null = null;
  #stop: (() => void) | null = null;

  constructor(
    host: ReactiveControllerHost & { readonly isConnected: boolean },
    dependencies: () => readonly unknown[],
    make: () => Source | null,
  ) {
    this.#host = host;
    this.#dependencies = dependencies;
    this.#make = make;
    host.addController(this);
  }

  /** What is followed; null while there is nothing to follow. */
  get source(): Source | null {
    this.#follow();
    return this.#source;
  }

  get snapshot(): SnapshotOf<Source> | null {
    return (this.source?.getSnapshot() as SnapshotOf<Source> | undefined) ?? null;
  }

  hostConnected(): void {
    this.#host.requestUpdate(); // it may have changed while nobody looked
  }

  hostUpdate(): void {
    this.#follow();
  }

  hostDisconnected(): void {
    this.#stop?.();
    this.#stop = null;
  }

  #follow(): void {
    const dependencies = this.#dependencies();
    if (!same(dependencies, this.#madeFrom)) {
      this.#stop?.();
      this.#stop = null;
      this.#madeFrom = dependencies;
      this.#source = this.#make();
    }
    if (this.#stop === null && this.#host.isConnected) {
      this.#stop = this.#source?.subscribe(() => this.#host.requestUpdate()) ?? null;
    }
  }
}

function same(left: readonly unknown[], right: readonly unknown[] | null): boolean {
  return right !== null && left.length === right.length && left.every((value, index) => Object.is(value, right[index]));
}
