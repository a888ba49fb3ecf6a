import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";

/** A request as a receiver of webhooks got it. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The event's id. */
  readonly id: string;
  /** Seconds, of this try. */
  readonly timestamp: number;
}

/** How a receiver answers; `hang up` breaks the connection off. */
export type Answering = (received: Received, response: ServerResponse) => void;

/** A receiver of webhooks on this machine. */
export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly Received[];
  answer: Answering;
  /** Requests whose answer is still owed. */
  readonly waiting: number;
  close(): Promise<void>;
}

export const answering =
  (status: number, headers: Record<string, string> = {}, body = ""): Answering =>
  (_, response) => {
    response.writeHead(status, headers).end(body);
  };
export const hangUp: Answering = (_, response) => void response.destroy();

export async function webhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = [];
  let waiting = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    waiting += 1;
    response.on("close", () => {
      waiting -= 1;
    });
    request.on("error", () => undefined);
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { headers } = request;
      const one = {
        path: request.url ?? "",
        headers,
        body: Buffer.concat(chunks).toString("utf8"),
        id: String(headers["webhook-id"]),
        timestamp: Number(headers["webhook-timestamp"]),
      };
      received.push(one);
      receiver.answer(one, response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a server without a port");
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${address.port}/hooks`,
    received,
    answer: answering(204),
    get waiting() {
      return waiting;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return receiver;
}
