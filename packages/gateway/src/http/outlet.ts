/** Where an answer without an end is written to, such as an event stream. */
export interface Outlet {
  /** Writes one chunk. The same bytes may be given to any number of outlets; nobody changes them. */
  write(chunk: Uint8Array): void;
  /** Bytes that were written and that the reader has not taken yet. Whoever writes decides when it is too much. */
  readonly pendingBytes: number;
  /** Ends the answer; what was written before still goes out. A second call does nothing. */
  end(): void;
  /** Calls `listener` once, when the reader has gone or the answer has ended. */
  onClose(listener: () => void): void;
}

/** What the host of the gateway offers beyond `fetch`: Node gives the socket itself, which costs half of a web stream. */
export interface Host {
  /** Begins the answer on the wire. `answered` is what `fetch` must resolve to then. */
  open?(status: number, headers: Headers): { outlet: Outlet; answered: Response };
}

/** An outlet over a web stream, for hosts that offer nothing better. */
export function webOutlet(): { outlet: Outlet; body: ReadableStream<Uint8Array> } {
  const listeners = new Set<() => void>();
  let closed = false;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const close = () => {
    if (closed) return;
    closed = true;
    for (const listener of listeners) listener();
    listeners.clear();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start(it) {
        controller = it;
      },
      cancel: close,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  );
  const outlet: Outlet = {
    write(chunk) {
      if (!closed) controller?.enqueue(chunk);
    },
    get pendingBytes() {
      return closed ? 0 : -(controller?.desiredSize ?? 0);
    },
    end() {
      if (closed) return;
      controller?.close();
      close();
    },
    onClose(listener) {
      if (closed) listener();
      else listeners.add(listener);
    },
  };
  return { outlet, body };
}
