import { connect, type Socket } from "node:net";

/** Many open event streams on raw sockets, so that reading costs the client little. */
export class Readers {
  readonly #sockets: Socket[];
  #needle = "";
  #arrivals: number[] = [];
  #resolve: ((at: number[]) => void) | undefined;

  private constructor(sockets: Socket[]) {
    this.#sockets = sockets;
  }

  /** Opens `count` streams and waits until each has had its first bytes of body. */
  static async open(url: string, count: number, headers = ""): Promise<Readers> {
    const { hostname, port, host, pathname, search } = new URL(url);
    const sockets: Socket[] = [];
    const readers = new Readers(sockets);
    for (let start = 0; start < count; start += 100) {
      await Promise.all(
        Array.from(
          { length: Math.min(100, count - start) },
          () =>
            new Promise<void>((resolve, reject) => {
              const socket = connect({ host: hostname, port: Number(port), noDelay: true });
              let head = "";
              let opened = false;
              let tail = "";
              socket.once("error", reject);
              socket.on("data", (chunk: Buffer) => {
                if (!opened) {
                  head += chunk.toString("latin1");
                  if (!/\r\n\r\n[\s\S]*\n\n/.test(head)) return;
                  if (!head.startsWith("HTTP/1.1 200")) return reject(new Error(head.slice(0, 300)));
                  opened = true;
                  return resolve();
                }
                tail = (tail + chunk.toString("latin1")).slice(-4000);
                if (readers.#needle !== "" && tail.includes(readers.#needle)) {
                  tail = "";
                  readers.#arrived();
                }
              });
              socket.write(
                `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n${headers}\r\n`,
              );
              sockets.push(socket);
            }),
        ),
      );
    }
    return readers;
  }

  /** Resolves with the times at which each reader saw `needle`, in order of arrival. */
  all(needle: string): Promise<number[]> {
    this.#needle = needle;
    this.#arrivals = [];
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Calls `found` for each match of a global pattern in what the readers get, with the time of its arrival. */
  watch(pattern: RegExp, found: (match: RegExpMatchArray, at: number) => void): void {
    for (const socket of this.#sockets) {
      let rest = "";
      socket.on("data", (chunk: Buffer) => {
        const at = performance.now();
        rest += chunk.toString("utf8");
        const end = rest.lastIndexOf("\n\n");
        if (end < 0) return;
        for (const frame of rest.slice(0, end).split("\n\n")) {
          for (const match of frame.matchAll(pattern)) found(match, at);
        }
        rest = rest.slice(end + 2);
      });
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #arrived(): void {
    this.#arrivals.push(performance.now());
    if (this.#arrivals.length === this.#sockets.length) this.#resolve?.(this.#arrivals);
  }
}
