import { createGateway, type Gateway } from "../../src/index.ts";
import type { SqlEngine } from "../../src/store/engine.ts";

/** A gateway in this process, with a tenant, a line, and a carrier that takes everything at once. */
export interface LocalGateway {
  readonly gateway: Gateway;
  readonly tenantId: string;
  readonly line: { readonly id: string; readonly number: string };
  /** Texts that the carrier has taken. */
  readonly taken: number;
  /** Calls as the tenant's key. @throws when it is not answered 2xx */
  call(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
}

/** Makes one on a new store, and does not start it: nothing is handed over yet. */
export async function localGateway(engine: SqlEngine): Promise<LocalGateway> {
  let taken = 0;
  const gateway = createGateway({
    engine,
    masterKey: crypto.getRandomValues(new Uint8Array(32)),
    requestsPerSecond: 1_000_000,
    fetch: async () => Response.json({ id: `carrier-${++taken}`, status: "accepted" }, { status: 201 }),
  });
  const operatorKey = await gateway.firstOperatorKey();
  if (operatorKey === null) throw new Error("a measurement needs a store of its own");

  async function callAs(bearer: string, method: string, path: string, body?: object, tenant?: string) {
    const response = await gateway.fetch(
      new Request(`http://gateway.invalid${path}`, {
        method,
        headers: {
          authorization: `Bearer ${bearer}`,
          ...(body ? { "content-type": "application/json" } : {}),
          ...(tenant ? { "trunkline-tenant": tenant } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
    );
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }

  const tenantId = String((await callAs(operatorKey, "POST", "/v1/tenants", { name: "Measured" })).id);
  const key = await callAs(operatorKey, "POST", "/v1/keys", { name: "bench", scopes: ["*"] }, tenantId);
  const call = (method: string, path: string, body?: object) => callAs(String(key.key), method, path, body);
  const account = await call("POST", "/v1/carrier-accounts", {
    carrier: "sandbox",
    name: "Takes everything",
    credentials: { baseUrl: "http://carrier.invalid", apiKey: "none", webhookSecret: "none-none-none-none-none" },
  });
  const number = "+12065550100";
  const line = await call("POST", "/v1/lines", { name: "Line", carrierAccountId: account.id, number });
  return {
    gateway,
    tenantId,
    line: { id: String(line.id), number },
    get taken() {
      return taken;
    },
    call,
  };
}
