import type { CarrierAccountId, Line, Tenant, TenantId, User } from "@trunkline/protocol";
import type { CarrierEngine } from "./carrier/engine.ts";
import { type GatewayApi, gatewayApi } from "./gateway-api.ts";
import { seededNumbers, TENANT_SEEDS, type TenantSeed } from "./seed-data.ts";
import type { Deployment, SeededLine, SeededTenant, SeededUser, WorldState } from "./state.ts";

export interface SeedParts {
  state: WorldState;
  carriers: CarrierEngine;
  fetch: (request: Request) => Promise<Response>;
  /** Address of the plain carrier's API. */
  baseUrl: string;
  /** Makes the id of a store that was not met before. */
  newDeploymentId: () => string;
}

/** A gateway as it announces itself. */
export interface Announcement {
  readonly address: string;
  readonly operatorKey: string;
  /** The address under which browsers reach it, where that is another. */
  readonly publicUrl?: string | undefined;
}

/** The name of what the world makes at a gateway, so that it finds it again. */
const NAME = "Sandbox";

/**
 * Fills a gateway through its operator API, as any operator would, and finds what an earlier call made: a second call
 * changes nothing but addresses. Gateways over one store are one deployment.
 */
export async function seed(parts: SeedParts, announced: Announcement): Promise<Deployment> {
  const { address, operatorKey, publicUrl } = announced;
  const where = { address, operatorKey, ...(publicUrl === undefined ? {} : { publicUrl }) };
  const { fetch, state } = parts;
  const operator = gatewayApi({ address, key: operatorKey, fetch });
  const tenants = await Promise.all(TENANT_SEEDS.map((data) => ensureTenant(operator, data)));

  const known = state.tenantWith(({ tenantId }) => tenants.some(({ id }) => id === tenantId))?.deployment;
  if (known && isAsItWas(known, tenants, parts)) {
    return { id: known.id, index: known.index, tenants: known.tenants, ...where };
  }
  const deployment = {
    id: known?.id ?? parts.newDeploymentId(),
    index: known?.index ?? state.deployments.length,
  };
  const seeded: SeededTenant[] = [];
  for (const [position, data] of TENANT_SEEDS.entries()) {
    const tenantId = tenants[position]?.id;
    if (tenantId === undefined) continue;
    const api = gatewayApi({ address, key: operatorKey, tenant: tenantId, fetch });
    const before = known?.tenants.find((tenant) => tenant.tenantId === tenantId);
    seeded.push(await ensureContents(parts, api, { data, tenantId, before, ...deployment }));
  }
  return { id: deployment.id, index: deployment.index, tenants: seeded, ...where };
}

// A gateway that comes back under load should not have to answer for each of its users and lines again.
function isAsItWas(
  { tenants: before }: Deployment,
  tenants: readonly Tenant[],
  { state, baseUrl }: SeedParts,
): boolean {
  return tenants.every(({ id }) => {
    const tenant = before.find(({ tenantId }) => tenantId === id);
    return tenant !== undefined && state.carriers.account(tenant.carrierAccountId)?.target?.baseUrl === baseUrl;
  });
}

async function ensureTenant(operator: GatewayApi, { externalId, name, timeZone }: TenantSeed) {
  const found = await operator.find("getTenant", { params: { id: `ext:${externalId}` } });
  return (
    found ?? operator.call("createTenant", { body: { externalId, name, timeZone, sending: { countries: "all" } } })
  );
}

interface TenantWork {
  data: TenantSeed;
  tenantId: TenantId;
  before: SeededTenant | undefined;
  /** Of the deployment. */
  id: string;
  index: number;
}

async function ensureContents(parts: SeedParts, api: GatewayApi, work: TenantWork): Promise<SeededTenant> {
  const { data, tenantId, before } = work;
  const users: User[] = [];
  for (const user of data.users) users.push(await ensureUser(api, user));
  const { account, gatewayAccountId } = await ensureAccount(parts, api, work);
  const lines = await ensureLines(api, data, users, account.numbers, gatewayAccountId);
  return {
    tenantId,
    externalId: data.externalId,
    name: data.name,
    apiKey: before?.apiKey ?? (await api.call("createKey", { body: { name: NAME, scopes: ["*"] } })).key,
    carrierAccountId: account.id,
    lines: lines.map(({ id, name, number }): SeededLine => ({ id, name, number: number ?? "", carrier: "sandbox" })),
    users: users.map(
      ({ id, name, role }, position): SeededUser => ({
        id,
        externalId: data.users[position]?.externalId ?? "",
        name,
        email: data.users[position]?.email ?? "",
        role,
      }),
    ),
  };
}

// A user is made by the first session that names them, as in any host application.
async function ensureUser(api: GatewayApi, { externalId, name, email, role }: TenantSeed["users"][number]) {
  const found = await api.find("getUser", { params: { id: `ext:${externalId}` } });
  if (found) return found;
  const { id, user } = await api.call("createSession", { body: { user: { externalId, name, email }, role } });
  await api.call("deleteSession", { params: { id } });
  return user;
}

async function ensureAccount(parts: SeedParts, api: GatewayApi, work: TenantWork) {
  const { state, carriers, baseUrl } = parts;
  const before = work.before && state.carriers.account(work.before.carrierAccountId);
  const account = before ?? (await carriers.openAccount("sandbox", seededNumbers(work.data.areaCode, work.index)));
  const { data } = await api.call("listCarrierAccounts", { query: { limit: "200" } });
  const existing = data.find(({ name }) => name === NAME);
  if (existing && existing.id === account.target?.gatewayAccountId && account.target.baseUrl === baseUrl) {
    return { account, gatewayAccountId: existing.id };
  }
  const credentials = carriers.credentials(account, baseUrl);
  const { id } = existing
    ? await api.call("updateCarrierAccount", { params: { id: existing.id }, body: { credentials } })
    : await api.call("createCarrierAccount", { body: { carrier: "sandbox", name: NAME, credentials } });
  await carriers.setTarget(account, { deploymentId: work.id, gatewayAccountId: id, baseUrl });
  return { account, gatewayAccountId: id };
}

async function ensureLines(
  api: GatewayApi,
  data: TenantSeed,
  users: readonly User[],
  numbers: readonly string[],
  carrierAccountId: CarrierAccountId,
) {
  const existing = (await api.call("listLines", { query: { limit: "200" } })).data;
  const lines: Line[] = [];
  for (const [position, name] of data.lines.entries()) {
    const number = numbers[position] ?? "";
    const found = existing.find((line) => line.number === number);
    // The first line is everybody's; the others belong to those who run the place.
    const assignees = (position === 0 ? users : users.slice(0, 2)).map(({ id }) => id);
    lines.push(found ?? (await api.call("createLine", { body: { name, number, carrierAccountId, assignees } })));
  }
  return lines;
}
