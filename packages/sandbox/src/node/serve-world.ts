import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { isLoopbackHost } from "../loopback.ts";

/** Largest request body that is read, in bytes. */
const MAX_BODY_BYTES = 2_097_152;

/** A server that has not been given anybody to answer yet: callers wait. */
export interface WorldServer {
  readonly url: string;
  /** Answers every request from now on, those that wait first. */
  answer(handler: (request: Request) => Promise<Response>): void;
  /** Takes no more connections and ends those that are there. */
  close(): Promise<void>;
}

/**
 * Listens on a loopback address. The world hands out keys to whoever asks, so it answers only requests that name this
 * machine: a page elsewhere whose host resolves to 127.0.0.1 gets nothing.
 *
 * @param tls - certificate and key as PEM, to listen for https
 */
export async function listenForWorld(
  port: number,
  host: string,
  tls?: { readonly cert: string; readonly key: string },
): Promise<WorldServer> {
  if (!isLoopbackHost(host)) throw new TypeError(`a simulated world listens on loopback only, not on ${host}`);
  let setHandler: (handler: (request: Request) => Promise<Response>) => void = () => undefined;
  const handler = new Promise<(request: Request) => Promise<Response>>((resolve) => {
    setHandler = resolve;
  });
  const scheme = tls ? "https" : "http";
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    handle(incoming, outgoing, scheme, handler).catch(() => outgoing.destroy());
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return { url: urlOf(server, scheme), answer: setHandler, close: () => close(server) };
}

function urlOf(server: Server, scheme: string): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `${scheme}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function handle(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  scheme: string,
  handler: Promise<(request: Request) => Promise<Response>>,
): Promise<void> {
  const origin = `${scheme}://${incoming.headers.host ?? ""}`;
  if (!URL.canParse(origin) || !isLoopbackHost(new URL(origin).hostname)) {
    outgoing.writeHead(403, { "content-type": "text/plain" }).end("The simulated world answers this machine only.\n");
    return;
  }
  const body = await readAll(incoming);
  if (body === null) {
    outgoing.writeHead(413, { connection: "close" }).end();
    return;
  }
  const answer = await handler;
  const response = await answer(
    new Request(new URL(incoming.url ?? "/", origin), {
      method: incoming.method ?? "GET",
      headers: headersOf(incoming),
      ...(body.length > 0 ? { body } : {}),
    }),
  );
  if (response.type === "error") {
    outgoing.destroy(); // the connection breaks in the middle of nothing, as the world asked
    return;
  }
  await write(response, outgoing);
}

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headersDistinct)) {
    for (const one of value ?? []) headers.append(name, one);
  }
  return headers;
}

async function readAll(incoming: IncomingMessage): Promise<Buffer<ArrayBuffer> | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming) {
    size += (part as Buffer).length;
    if (size > MAX_BODY_BYTES) return null;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

async function write(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, [...response.headers].flat());
  if (!response.body) {
    outgoing.end();
    return;
  }
  const reader = response.body.getReader();
  outgoing.once("close", () => void reader.cancel().catch(() => undefined)); // its reader has left
  outgoing.flushHeaders();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || outgoing.destroyed) break;
    if (!outgoing.write(value)) await drained(outgoing);
  }
  outgoing.end();
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    outgoing.once("drain", resolve);
    outgoing.once("close", resolve);
  });
}
