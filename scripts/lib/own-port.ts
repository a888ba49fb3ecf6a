import { once } from "node:events";
import { createServer } from "node:net";

/** Systems hand out ports from here on (32768 on Linux, 49152 elsewhere) to whoever asks for any. */
const HANDED_OUT_FROM = 32_768;
const FIRST = 10_000;

/**
 * A port of this machine on which nobody listens, for a test that ends a server and starts it again at its old address:
 * nobody else is given it meanwhile, as could happen to one of the system's own choice.
 */
export async function ownPort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (HANDED_OUT_FROM - FIRST));
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
