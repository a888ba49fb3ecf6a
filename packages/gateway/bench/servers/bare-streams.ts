import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ready } from "./support.ts";

// The limit of the runtime: plain responses that stay open, one Buffer written to all of them.
const readers = new Set<ServerResponse>();
const server = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(": hello\n\n");
  readers.add(response);
  response.on("close", () => readers.delete(response));
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  ready({ url: `http://127.0.0.1:${port}` }, async ({ text }) => {
    const frame = Buffer.from(`id: 1\nevent: message.created\ndata: ${String(text)}\n\n`);
    for (const reader of readers) reader.write(frame);
    return { readers: readers.size };
  });
});
process.once("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
  process.disconnect();
});
