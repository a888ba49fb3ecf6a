import { createGateway } from "@trunkline/gateway";
import { openPgliteMemory, serve } from "@trunkline/gateway/node";
import { attachToWorld, startWorld } from "../src/node/index.ts";
import type { WorldDescription } from "../src/world.ts";

/** A call of the gateway to Graph, and what came back. */
export interface GraphVisit {
  readonly path: string;
  readonly status: number;
}

/** A world and a gateway that is attached to it, each at an address that a browser reaches. */
export interface ListeningGateway {
  readonly url: string;
  readonly worldUrl: string;
  /** What the gateway has asked of Graph so far. */
  readonly graphVisits: readonly GraphVisit[];
  /** Calls the gateway as the user of that external id, or as its operator. */
  call(who: string, method: string, path: string, body?: object): Promise<{ status: number; body: unknown }>;
  /** Calls `/world/…`. */
  world(method: string, path: string, body?: object): Promise<unknown>;
  close(): Promise<void>;
}

export async function listeningGateway(): Promise<ListeningGateway> {
  const undo: (() => Promise<void>)[] = [];
  const world = await startWorld({});
  undo.push(world.stop);
  const attachment = await attachToWorld({ url: world.url });
  undo.push(() => attachment.close());
  const graphVisits: GraphVisit[] = [];
  const gateway = createGateway({
    engine: await openPgliteMemory(),
    masterKey: crypto.getRandomValues(new Uint8Array(32)),
    environment: "sandbox",
    clock: attachment.clock,
    microsoft: attachment.microsoft,
    async fetch(input, init) {
      const request = new Request(input, init);
      const { pathname } = new URL(request.url);
      const response = await attachment.fetch(request);
      if (pathname.startsWith("/v1.0/")) graphVisits.push({ path: pathname, status: response.status });
      return response;
    },
  });
  undo.push(() => gateway.stop());
  await gateway.start();
  const operatorKey = String(await gateway.firstOperatorKey());
  const server = await serve({ gateway, port: 0, host: "127.0.0.1" });
  undo.push(async () => void (await Promise.all([server.close(), gateway.stop()])));
  await attachment.announce({ address: server.url, operatorKey });

  const send = async (url: string, method: string, body: object | undefined, headers: Record<string, string> = {}) => {
    const response = await fetch(url, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : (JSON.parse(text) as unknown) };
  };
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await send(`${world.url}/world${path}`, method, body);
    if (answer.status >= 300) throw new Error(`the world answered ${answer.status} to ${method} ${path}`);
    return answer.body;
  };
  const { tenants } = (await ask("GET", "")) as WorldDescription;
  const tokenOf = async (who: string) => {
    const user = tenants[0]?.users.find(({ externalId }) => externalId === who);
    return ((await ask("POST", "/sessions", { userId: user?.id })) as { token: string }).token;
  };
  return {
    url: server.url,
    worldUrl: world.url,
    graphVisits,
    async call(who, method, path, body) {
      const token = who === "operator" ? operatorKey : await tokenOf(who);
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      return send(server.url + path.replace("{tenantId}", tenants[0]?.tenantId ?? ""), method, body, headers);
    },
    world: ask,
    async close() {
      for (const step of undo.splice(0).reverse()) await step();
    },
  };
}
