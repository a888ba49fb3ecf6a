import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { Readable } from "node:stream";

export interface TrustingFetchOptions {
  /** The one origin that `caCertificate` is trusted for. */
  readonly origin: string;
  /** PEM. */
  readonly caCertificate: string;
  /** Makes all other requests. */
  readonly fetch: typeof globalThis.fetch;
}

/** A `fetch` that can be closed. */
export interface TrustingFetch {
  readonly fetch: typeof globalThis.fetch;
  /** Ends the connections that are kept for later. */
  close(): void;
}

/**
 * A `fetch` that trusts a certificate authority for one origin and for nothing else. The platform's own has no place for
 * that, and `NODE_TLS_REJECT_UNAUTHORIZED` or `NODE_EXTRA_CA_CERTS` would trust for everybody. It follows no redirects:
 * a server has no use for them.
 */
export function trustingFetch({ origin, caCertificate, fetch }: TrustingFetchOptions): TrustingFetch {
  const agent = new Agent({ ca: caCertificate, keepAlive: true });
  return {
    close: () => agent.destroy(),
    async fetch(input, init) {
      const request = new Request(input, init);
      return new URL(request.url).origin === origin ? send(request, agent) : fetch(request);
    },
  };
}

async function send(request: Request, agent: Agent): Promise<Response> {
  const { method, headers, signal } = request;
  signal.throwIfAborted();
  const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpsRequest(request.url, { agent, method, headers: Object.fromEntries(headers), signal });
    outgoing.once("response", resolve);
    // As the platform's: what failed is a TypeError, what was called off is the signal's own reason.
    outgoing.once("error", (cause) =>
      reject(signal.aborted ? signal.reason : new TypeError("fetch failed", { cause })),
    );
    outgoing.end(body);
  });
  const { statusCode: status = 500, statusMessage: statusText = "" } = incoming;
  const isRedirect = status >= 300 && status < 400 && status !== 304;
  if (isRedirect && request.redirect === "error") {
    incoming.destroy();
    throw new TypeError("fetch failed: a redirect where none may be");
  }
  const isBodyless = [204, 205, 304].includes(status);
  if (isBodyless) incoming.resume();
  const stream = isBodyless ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array<ArrayBuffer>>);
  return new Response(stream, { status, statusText, headers: headersOf(incoming) });
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let place = 0; place + 1 < rawHeaders.length; place += 2) {
    headers.append(rawHeaders[place] ?? "", rawHeaders[place + 1] ?? "");
  }
  return headers;
}
