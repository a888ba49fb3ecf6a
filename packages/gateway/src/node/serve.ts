import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener, type Http2Bindings, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Host, Outlet } from "../http/outlet.ts";
import type { Gateway } from "../options.ts";
import { answerBadHttp, badHttpAnswers } from "./bad-http.ts";

export interface ServeOptions {
  gateway: Pick<Gateway, "fetch">;
  /**
   * 0 takes any free port.
   * @default 0
   */
  port?: number;
  /**
   * Address to listen on. Ask `assertMayListen` before leaving loopback.
   * @default "127.0.0.1"
   */
  host?: string;
  /**
   * Longest that a client may take to send a whole request, in milliseconds; then it is cut.
   * @default 60_000
   */
  requestTimeoutMs?: number;
  /**
   * Longest that the reader of a stream that has ended may take over what is left of it, in milliseconds; then it is cut,
   * so that one that takes nothing holds no memory.
   * @default 10_000
   */
  drainMs?: number;
}

/** A gateway that accepts connections. */
export interface RunningServer {
  /** `http://127.0.0.1:PORT`, as a client on this machine reaches it. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no more connections, waits `graceMs` for requests in flight, then cuts what is left. Stop the gateway at the
   * same time: it ends the event streams, which would otherwise last for ever. `graceMs` is 5,000 when absent.
   */
  close(options?: { graceMs?: number }): Promise<void>;
}

const DEFAULT_REQUEST_TIMEOUT_MS = 60_000;
const DEFAULT_DRAIN_MS = 10_000;
/** Slow clients are looked for this often, in milliseconds. */
const SLOW_CHECK_MS = 10_000;
const DEFAULT_GRACE_MS = 5000;

/** Serves a gateway over HTTP/1.1. Put a proxy before it that speaks TLS. */
export async function serve({
  gateway,
  port = 0,
  host = "127.0.0.1",
  requestTimeoutMs = DEFAULT_REQUEST_TIMEOUT_MS,
  drainMs = DEFAULT_DRAIN_MS,
}: ServeOptions): Promise<RunningServer> {
  const badHttp = badHttpAnswers();
  const listener = getRequestListener((request, bindings) => gateway.fetch(request, hostOf(bindings, drainMs)), {
    errorHandler: () => badHttp("malformed_request"), // a Host or a target that makes no address
  });
  const answers = new WeakMap<Duplex, ServerResponse>();
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(SLOW_CHECK_MS, requestTimeoutMs),
      requireHostHeader: false, // the listener refuses it as well, and says why
    },
    (incoming, outgoing) => {
      answers.set(incoming.socket, outgoing);
      void listener(incoming, outgoing); // it answers its own errors
    },
  );
  server.on("clientError", (error, socket) => {
    const isAnswering = answers.get(socket)?.headersSent === true && answers.get(socket)?.writableFinished === false;
    void answerBadHttp(error, isAnswering ? null : socket, badHttp).finally(() => socket.destroy());
  });
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("an HTTP server without a port");
  return {
    url: `http://${nameOf(host)}:${address.port}`,
    port: address.port,
    close: ({ graceMs = DEFAULT_GRACE_MS } = {}) => close(server, graceMs),
  };
}

async function close(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}

/** A web stream per reader doubles the memory and the work of an event, so streams write to Node's own response. */
function hostOf({ outgoing }: HttpBindings | Http2Bindings, drainMs: number): Host {
  return {
    open(status, headers) {
      const response = outgoing as ServerResponse; // the server above speaks HTTP/1.1 only
      response.socket?.setNoDelay(true);
      response.writeHead(status, Object.fromEntries(headers));
      response.flushHeaders();
      return { outlet: outletOf(response, drainMs), answered: RESPONSE_ALREADY_SENT };
    },
  };
}

function outletOf(response: ServerResponse, drainMs: number): Outlet {
  // Whatever goes wrong on the wire, the reader is gone; `close` follows.
  response.on("error", () => undefined);
  return {
    write(chunk) {
      if (!response.writableEnded && !response.destroyed) response.write(chunk);
    },
    get pendingBytes() {
      return response.writableLength;
    },
    end() {
      if (response.writableEnded || response.destroyed) return;
      response.end();
      const cut = setTimeout(() => response.destroy(), drainMs);
      response.once("close", () => clearTimeout(cut));
    },
    onClose(listener) {
      if (response.destroyed || response.closed) listener();
      else response.once("close", listener);
    },
  };
}

/** How a client on this machine names the address. */
function nameOf(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
