import type { Directory } from "../directory.ts";
import type { DirectoryUser } from "../directory-state.ts";
import { type Operation, ofUser } from "./operation.ts";
import { page } from "./paging.ts";
import type { Entity } from "./query.ts";
import { theUser } from "./users.ts";

interface Plan {
  readonly id: string;
  readonly name: string;
}

const TEAMS: Plan = { id: "57ff2da0-773e-42df-b2af-ffb7a2317929", name: "TEAMS1" };
const PHONE_SYSTEM: Plan = { id: "4828c8ec-dc2e-4779-b502-87ac9ce28ab7", name: "MCOEV" };
const PHONE_SYSTEM_VIRTUAL: Plan = { id: "f47330e9-c134-43b3-9993-e7f004506889", name: "MCOEV_VIRTUALUSER" };

/**
 * Licences by part number, with the service plans that decide whether a person may use Teams and may call. Source:
 * Microsoft Entra, "Product names and service plan identifiers for licensing".
 */
const SKUS: Readonly<Record<string, { readonly id: string; readonly plans: readonly Plan[] }>> = {
  SPE_E5: { id: "06ebc4ee-1bb5-47dd-8120-11324bc54e06", plans: [TEAMS, PHONE_SYSTEM] },
  ENTERPRISEPREMIUM: { id: "c7df2760-2c81-4ef7-b578-5b5392b571df", plans: [TEAMS, PHONE_SYSTEM] },
  ENTERPRISEPREMIUM_NOPSTNCONF: { id: "26d45bd9-adf1-46cd-a9e1-51e9a5524128", plans: [TEAMS, PHONE_SYSTEM] },
  "Microsoft_365_E5_(no_Teams)": { id: "18a4bd3f-0b5b-4887-b04f-61dd0ee15f5e", plans: [PHONE_SYSTEM] },
  Microsoft_Teams_Enterprise_New: { id: "7e31c0d9-9551-471d-836f-32ee72be4a01", plans: [TEAMS] },
  SPE_E3: { id: "05e9a617-0261-4cee-bb44-138d3ef5d965", plans: [TEAMS] },
  ENTERPRISEPACK: { id: "6fd2c87f-b296-42f0-b197-1e91e994b900", plans: [TEAMS] },
  MCOEV: { id: "e43b5b99-8dfb-405f-9987-dc307f34bcbd", plans: [PHONE_SYSTEM] },
  PHONESYSTEM_VIRTUALUSER: { id: "440eaaa8-b3e0-484b-a8be-62870b9ba70a", plans: [PHONE_SYSTEM_VIRTUAL] },
};

/** Part numbers that the simulator knows the plans of. */
export const KNOWN_LICENCES: readonly string[] = Object.keys(SKUS);

/** Licences of a person, and those that the tenant holds. A part number that is not listed above is passed over. */
export function licenceOperations(tenant: Directory): Operation[] {
  return [
    ...ofUser("/licenseDetails", {
      method: "GET",
      service: "directory",
      ownOnly: ["User.Read"],
      handle: (call) => {
        const user = theUser(tenant, call);
        const value = user.licences.flatMap((name) => details(user, name));
        const context = `users('${user.id}')/licenseDetails`;
        return { status: 200, body: page(call, value, { context, top: value.length, by: "skiptoken" }) };
      },
    }),
    {
      method: "GET",
      path: "/subscribedSkus",
      service: "directory",
      handle: (call) => {
        const users = tenant.users;
        const names = [...new Set(users.flatMap(({ licences }) => licences))].sort();
        const value = names.flatMap((name) => {
          const used = users.filter(({ licences }) => licences.includes(name)).length;
          return subscribed(tenant.tenantId, name, used);
        });
        return {
          status: 200,
          body: page(call, value, { context: "subscribedSkus", top: value.length, by: "skiptoken" }),
        };
      },
    },
  ];
}

function details(user: DirectoryUser, name: string): Entity[] {
  const sku = SKUS[name];
  if (sku === undefined) return [];
  return [{ id: `${user.id}_${sku.id}`, skuId: sku.id, skuPartNumber: name, servicePlans: plansOf(sku.plans) }];
}

function subscribed(tenantId: string, name: string, used: number): Entity[] {
  const sku = SKUS[name];
  if (sku === undefined) return [];
  return [
    {
      id: `${tenantId}_${sku.id}`,
      accountId: tenantId,
      appliesTo: "User",
      capabilityStatus: "Enabled",
      consumedUnits: used,
      prepaidUnits: { enabled: used, suspended: 0, warning: 0, lockedOut: 0 },
      servicePlans: plansOf(sku.plans),
      skuId: sku.id,
      skuPartNumber: name,
    },
  ];
}

function plansOf(plans: readonly Plan[]): Entity[] {
  return plans.map(({ id, name }) => ({
    servicePlanId: id,
    servicePlanName: name,
    provisioningStatus: "Success",
    appliesTo: "User",
  }));
}
