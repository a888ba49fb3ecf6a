import { createGateway, type GatewayOptions } from "../../src/index.ts";
import { openPgliteDirectory, postgresEngine, serve } from "../../src/node/index.ts";

/** Where the store is: PGlite's directory, or a PostgreSQL server's address. */
export interface StoreOptions {
  directory?: string;
  databaseUrl?: string;
}

/** A gateway that listens, over a carrier that takes everything at once: what is measured is the gateway, not the world. */
export async function startMeasured(
  { directory, databaseUrl }: StoreOptions,
  more: Pick<GatewayOptions, "requestsPerSecond"> = {},
) {
  const engine = directory ? await openPgliteDirectory({ dir: directory }) : postgresEngine({ url: databaseUrl ?? "" });
  let taken = 0;
  const gateway = createGateway({
    engine,
    masterKey: crypto.getRandomValues(new Uint8Array(32)),
    fetch: async () => Response.json({ id: `carrier-${++taken}`, status: "accepted" }, { status: 201 }),
    ...more,
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

  /** A tenant with a key of all scopes and an account with that carrier. */
  async function newTenant(given: object): Promise<{ key: string; accountId: string }> {
    const { id } = await call(operatorKey, "/v1/tenants", given);
    const { key = "" } = await call(operatorKey, "/v1/keys", { name: "bench", scopes: ["*"] }, id);
    const account = await call(key, "/v1/carrier-accounts", {
      carrier: "sandbox",
      name: "Takes everything",
      credentials: { baseUrl: "http://carrier.invalid", apiKey: "none", webhookSecret: "none-none-none-none-none" },
    });
    return { key, accountId: account.id ?? "" };
  }

  process.once("SIGTERM", () => {
    void Promise.all([server.close({ graceMs: 0 }), gateway.stop()]).then(() => process.exit(0));
  });
  return { gateway, url: server.url, call, newTenant, taken: () => taken };
}
