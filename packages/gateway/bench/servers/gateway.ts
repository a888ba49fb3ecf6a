import { type StoreOptions, startMeasured } from "./measured-gateway.ts";
import { options, ready } from "./support.ts";

export interface GatewayBenchOptions extends StoreOptions {
  /** Conversations to open, on as many lines. */
  conversations: number;
}

export interface GatewayReady {
  url: string;
  key: string;
  conversationIds: string[];
  sessionToken: string;
}

const { conversations, ...store } = options<GatewayBenchOptions>();
const { gateway, url, call, newTenant, taken } = await startMeasured(store, {
  requestsPerSecond: 1_000_000, // what is measured is how fast it is, not what one key may do
});
const { key, accountId } = await newTenant({ name: "Measured", limits: { requestsPerSecond: 100_000 } });
const conversationIds: string[] = [];
for (let index = 0; index < conversations; index++) {
  const digits = String(index).padStart(2, "0");
  const line = await call(key, "/v1/lines", {
    name: `Line ${digits}`,
    carrierAccountId: accountId,
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

ready({ url, key, conversationIds, sessionToken: session.token ?? "" }, async () => {
  await gateway.idle();
  return { taken: taken() };
});
