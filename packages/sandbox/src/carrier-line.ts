import type { CarrierEngine } from "./carrier/engine.ts";
import type { SimulatedCarrier } from "./carrier/names.ts";
import { gatewayApi } from "./gateway-api.ts";
import type { Deployment, SeededLine } from "./state.ts";

/** A carrier that has no line from the beginning. */
export type LaterCarrier = Exclude<SimulatedCarrier, "sandbox">;

export const LATER_CARRIERS = ["twilio", "telnyx", "acs"] as const satisfies readonly LaterCarrier[];

/** Area codes and names of their lines. The numbers are of those set aside for fiction (NANPA, 555-0100 to 555-0199). */
const LINES: Readonly<Record<LaterCarrier, { readonly areaCode: string; readonly name: string }>> = {
  twilio: { areaCode: "253", name: "On Twilio" },
  telnyx: { areaCode: "360", name: "On Telnyx" },
  acs: { areaCode: "509", name: "On Azure" },
};

export interface CarrierLineParts {
  carriers: CarrierEngine;
  fetch: (request: Request) => Promise<Response>;
  /** Address of the carrier's API. */
  baseUrl: string;
}

/** Gives the first tenant of a deployment an account at a carrier and a line on it, as its administrator would. */
export async function openCarrierLine(
  { carriers, fetch, baseUrl }: CarrierLineParts,
  { id: deploymentId, index, address, operatorKey, tenants }: Deployment,
  carrier: LaterCarrier,
): Promise<SeededLine> {
  const [tenant] = tenants;
  if (!tenant) throw new Error("a deployment has tenants");
  const api = gatewayApi({ address, key: operatorKey, tenant: tenant.tenantId, fetch });
  const { areaCode, name } = LINES[carrier];
  const number = `+1${areaCode}555${String(100 + index).padStart(4, "0")}`;
  const account = await carriers.openAccount(carrier, [number]);
  const credentials = carriers.credentials(account, baseUrl);
  const { id: gatewayAccountId } = await api.call("createCarrierAccount", { body: { carrier, name, credentials } });
  await carriers.setTarget(account, { deploymentId, gatewayAccountId, baseUrl });
  const assignees = tenant.users.map(({ id }) => id);
  const line = await api.call("createLine", {
    body: { name, number, carrierAccountId: gatewayAccountId, assignees },
  });
  return { id: line.id, name, number, carrier };
}
