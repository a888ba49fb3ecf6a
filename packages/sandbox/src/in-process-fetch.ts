type Handler = (request: Request) => Promise<Response>;

/**
 * A `fetch` that reaches handlers in this process by their origin, and nobody else. To its caller it is like the
 * platform's: an aborted signal ends the call and the body that is being read, and a network error is a TypeError.
 */
export function inProcessFetch(handlers: Readonly<Record<string, Handler>>): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { origin } = new URL(request.url);
    const handler = handlers[origin];
    if (!handler) throw new TypeError(`fetch failed: nobody answers at ${origin} in this sandbox`);
    const { signal } = request;
    signal.throwIfAborted();
    const answering = handler(request);
    const response = await Promise.race([answering, aborted(signal)]).catch((error: unknown) => {
      void answering.then(({ body }) => body?.cancel()).catch(() => undefined); // nobody will read it
      throw error;
    });
    if (response.type === "error") throw new TypeError("fetch failed: the connection broke");
    if (!response.body) return response;
    return new Response(untilAborted(response.body, signal), response);
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

// Without this a reader would wait for ever: an abort ends a real connection, but not a stream in the same process.
function untilAborted(body: ReadableStream<Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let stop: () => void = () => undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const onAbort = () => {
        controller.error(signal.reason);
        void reader.cancel(signal.reason).catch(() => undefined);
      };
      stop = () => signal.removeEventListener("abort", onAbort);
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (signal.aborted) return;
      if (!done) return controller.enqueue(value);
      stop();
      controller.close();
    },
    async cancel(reason) {
      stop();
      await reader.cancel(reason);
    },
  });
}
