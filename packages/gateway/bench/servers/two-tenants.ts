import { createGateway } from "../../src/index.ts";
import { openPgliteDirectory, postgresEngine, serve } from "../../src/node/index.ts";
import { options, ready } from "./support.ts";

/** Where the store is: PGlite's directory, or a PostgreSQL server's address. */
export interface TwoTenantsOptions {
  directory?: string;
  databaseUrl?: string;
  /** Calls a second that the first tenant may make. */
  quota: number;
}

export interface BenchTenant {
  key: string;
  lineId: string;
  conversationIds: string[];
}

export interface TwoTenantsReady {
  url: string;
  crowd: BenchTenant;
  other: BenchTenant;
}

/** Lines of each tenant, with as many conversations on each. */
const LINES = 4;
const CONVERSATIONS = 8;

const { directory, databaseUrl, quota } = options<TwoTenantsOptions>();
const engine = directory ? await openPgliteDirectory({ dir: directory }) : postgresEngine({ url: databaseUrl ?? "" });
let taken = 0;
const gateway = createGateway({
  engine,
  masterKey: crypto.getRandomValues(new Uint8Array(32)),
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

async function newTenant(name: string, area: string, limits: object): Promise<BenchTenant> {
  const sending = { countries: "all" };
  const { id } = await call(operatorKey, "/v1/tenants", { name, limits, sending });
  const { key = "" } = await call(operatorKey, "/v1/keys", { name: "bench", scopes: ["*"] }, id);
  const account = await call(key, "/v1/carrier-accounts", {
    carrier: "sandbox",
    name: "Takes everything",
    credentials: { baseUrl: "http://carrier.invalid", apiKey: "none", webhookSecret: "none-none-none-none-none" },
  });
  const conversationIds: string[] = [];
  let lineId = "";
  for (let n = 0; n < LINES; n++) {
    const number = `+1${area}555010${n}`;
    const line = await call(key, "/v1/lines", { name: number, carrierAccountId: account.id, number });
    lineId = line.id ?? "";
    for (let m = 0; m < CONVERSATIONS; m++) {
      const participants = [`+1425555${String(2000 + m)}`];
      conversationIds.push((await call(key, "/v1/conversations", { lineId, participants })).id ?? "");
    }
  }
  return { key, lineId, conversationIds };
}

const crowd = await newTenant("Crowd", "206", { requestsPerSecond: quota });
const other = await newTenant("Other", "253", {});
ready({ url: server.url, crowd, other }, async () => {
  await gateway.idle();
  return { taken };
});
process.once("SIGTERM", () => {
  void Promise.all([server.close({ graceMs: 0 }), gateway.stop()]).then(() => process.exit(0));
});
