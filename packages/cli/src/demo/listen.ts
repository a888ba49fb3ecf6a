import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Largest body that the demo reads: a text is far below it. */
const MAX_BODY_BYTES = 64 * 1024;

/** Serves a web-standard handler over HTTP. */
export async function listen(
  handle: (request: Request) => Promise<Response>,
  { port, host }: { port: number; host: string },
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    void answer(handle, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The demo does not listen on a port.");
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  handle: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const left = new AbortController();
  outgoing.once("close", () => left.abort());
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) if (typeof value === "string") headers.set(name, value);
  const body = await read(incoming);
  const response =
    body === null || !URL.canParse(`http://${headers.get("host")}${incoming.url}`)
      ? new Response(null, { status: body === null ? 413 : 400 })
      : await handle(
          new Request(`http://${headers.get("host")}${incoming.url}`, {
            method: incoming.method ?? "GET",
            headers,
            signal: left.signal,
            ...(body.length === 0 ? {} : { body }),
          }),
        );
  outgoing.writeHead(response.status, [...response.headers].flat());
  if (response.body === null) outgoing.end();
  else await pipeline(Readable.from(response.body), outgoing);
}

/** The whole body, or null when it is too large. */
async function read(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
