import { type StoreOptions, startMeasured } from "./measured-gateway.ts";
import { options, ready } from "./support.ts";

export interface TwoTenantsOptions extends StoreOptions {
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

const { quota, ...store } = options<TwoTenantsOptions>();
const { gateway, url, call, newTenant, taken } = await startMeasured(store);

async function withLines(name: string, area: string, limits: object): Promise<BenchTenant> {
  const { key, accountId } = await newTenant({ name, limits, sending: { countries: "all" } });
  const conversationIds: string[] = [];
  let lineId = "";
  for (let n = 0; n < LINES; n++) {
    const number = `+1${area}555010${n}`;
    const line = await call(key, "/v1/lines", { name: number, carrierAccountId: accountId, number });
    lineId = line.id ?? "";
    for (let m = 0; m < CONVERSATIONS; m++) {
      const participants = [`+1425555${String(2000 + m)}`];
      conversationIds.push((await call(key, "/v1/conversations", { lineId, participants })).id ?? "");
    }
  }
  return { key, lineId, conversationIds };
}

const crowd = await withLines("Crowd", "206", { requestsPerSecond: quota });
const other = await withLines("Other", "253", {});
ready({ url, crowd, other }, async () => {
  await gateway.idle();
  return { taken: taken() };
});
