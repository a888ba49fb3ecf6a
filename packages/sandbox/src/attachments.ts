import type { HostTime } from "./clock.ts";
import type { WorldState } from "./state.ts";

/** A gateway process that is attached, or was until a moment ago. */
interface Attachment {
  readonly id: string;
  address: string | null;
  deploymentId: string | null;
  /** Its clock stream is open: it follows the world's clock and is there. */
  connected: boolean;
  /** The last move of the clock that it has followed. */
  followed: number;
}

/** How long a moved clock waits for a gateway that does not say that it has followed. */
const PATIENCE_MS = 5000;

/** The gateways that are attached at the moment. They say so anew after every start, theirs or the world's. */
export class Attachments {
  readonly #all = new Map<string, Attachment>();
  readonly #host: HostTime;
  #waiting: { done: () => boolean; resolve: () => void }[] = [];

  constructor(host: HostTime) {
    this.#host = host;
  }

  add(id: string): void {
    this.#all.set(id, { id, address: null, deploymentId: null, connected: false, followed: -1 });
  }

  has(id: string): boolean {
    return this.#all.has(id);
  }

  /** Remembers where a gateway is reached, as the newest one. */
  announced(id: string, address: string, deploymentId: string): void {
    const attachment = this.#all.get(id);
    if (!attachment) return;
    this.#all.delete(id);
    this.#all.set(id, { ...attachment, address, deploymentId });
  }

  connected(id: string): void {
    const attachment = this.#all.get(id);
    if (attachment) attachment.connected = true;
  }

  /** Forgets a gateway whose stream has ended; one that lives attaches again. */
  gone(id: string): void {
    this.#all.delete(id);
    this.#look();
  }

  followed(id: string, move: number): void {
    const attachment = this.#all.get(id);
    if (attachment) attachment.followed = Math.max(attachment.followed, move);
    this.#look();
  }

  /** Resolves when every connected gateway has followed the clock's move, or has had its time to. */
  allFollowed(move: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => [...this.#all.values()].every(({ connected, followed }) => !connected || followed >= move);
      const cancel = this.#host.after(PATIENCE_MS, () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        resolve();
      });
      const waiting = {
        done,
        resolve: () => {
          cancel();
          resolve();
        },
      };
      this.#waiting.push(waiting);
      this.#look();
    });
  }

  /** Where a deployment's gateways are reached, the newest first; if none is there, where the last one was. */
  addressesOf(deploymentId: string, state: WorldState): readonly string[] {
    const present = [...this.#all.values()].filter((one) => one.deploymentId === deploymentId && one.connected);
    const addresses = present.flatMap(({ address }) => address ?? []).reverse();
    const last = state.deployment(deploymentId)?.address;
    return addresses.length > 0 || last === undefined ? addresses : [last];
  }

  #look(): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ done }) => !done());
    for (const one of waiting) if (!this.#waiting.includes(one)) one.resolve();
  }
}
