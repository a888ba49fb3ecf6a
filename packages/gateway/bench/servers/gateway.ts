import { createGateway } from "../../src/index.ts";
import { openPgliteDirectory, postgresEngine, serve } from "../../src/node/index.ts";
import { options, ready } from "./support.ts";

/** Where the store is: PGlite's directory, or a PostgreSQL server's address. */
export interface GatewayBenchOptions {
  directory?: string;
  databaseUrl?: string;
  /** Conversations to open, on as many lines. */
  conversations: number;
}

export interface GatewayReady {
  url: string;
  key: string;
  conversationIds: string[];
  sessionToken: string;
}

const { directory, databaseUrl, conversations } = options<GatewayBenchOptions>();
const engine = directory ? await openPgliteDirectory({ dir: directory }) : postgresEngine({ url: databaseUrl ?? "" });
let taken = 0;
const gateway = createGateway({
  engine,
  masterKey: crypto.getRandomValues(new Uint8Array(32)),
  requestsPerSecond: 1_000_000, // what is measured is how fast it is, not what one key may do
  // A carrier that takes everything at once: what is measured is the gateway, not the world.
  fetch: async () => Response.json({ id: `carrier-${++taken}`, status: "accepted" }, { status: 201 }),
});
await gateway.start();
const operatorKey = (await gateway.firstOperatorKey()) ?? "";
const server = await serve({ gateway });

async function call(bearer: string, path: string, body: object, tenantId?: string) {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: {
      authorization: `Bearer ${bearer}`,
      "content-type": "application/json",
      ...(tenantId ? { "trunkline-tenant": tenantId } : {}),
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, string>;
}

const { id: tenant } = await call(operatorKey, "/v1/tenants", {
  name: "Measured",
  limits: { requestsPerSecond: 100_000 },
});
const { key = "" } = await call(operatorKey, "/v1/keys", { name: "bench", scopes: ["*"] }, tenant);
const account = await call(key, "/v1/carrier-accounts", {
  carrier: "sandbox",
  name: "Takes everything",
  credentials: { baseUrl: "http://carrier.invalid", apiKey: "none", webhookSecret: "none-none-none-none-none" },
});
const conversationIds: string[] = [];
for (let index = 0; index < conversations; index++) {
  const digits = String(index).padStart(2, "0");
  const line = await call(key, "/v1/lines", {
    name: `Line ${digits}`,
    carrierAccountId: account.id,
    number: `+1206555${`01${digits}`.slice(-4)}`,
  });
  const conversation = await call(key, "/v1/conversations", {
    lineId: line.id,
    participants: [`+1425555${`01${digits}`.slice(-4)}`],
  });
  conversationIds.push(conversation.id ?? "");
}
const session = await call(key, "/v1/sessions", {
  user: { externalId: "reader", name: "Reader" },
  role: "owner",
  expiresInSeconds: 3600,
});

ready({ url: server.url, key, conversationIds, sessionToken: session.token ?? "" }, async () => {
  await gateway.idle();
  return { taken };
});
process.once("SIGTERM", () => {
  void Promise.all([server.close({ graceMs: 0 }), gateway.stop()]).then(() => process.exit(0));
});
