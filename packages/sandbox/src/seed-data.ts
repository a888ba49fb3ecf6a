import type { Role } from "@trunkline/protocol";

/** A tenant as the world makes it. */
export interface TenantSeed {
  readonly externalId: string;
  readonly name: string;
  readonly timeZone: string;
  readonly areaCode: string;
  readonly lines: readonly string[];
  readonly users: readonly {
    readonly externalId: string;
    readonly name: string;
    readonly email: string;
    readonly role: Role;
  }[];
}

/** What every gateway finds in itself after it has attached. The first user of each tenant owns it. */
export const TENANT_SEEDS: readonly TenantSeed[] = [
  {
    externalId: "alder-bay-boatyard",
    name: "Alder Bay Boatyard",
    timeZone: "America/Los_Angeles",
    areaCode: "206",
    lines: ["Front desk", "Workshop"],
    users: [
      { externalId: "ada", name: "Ada Moreno", email: "ada@alderbay.example", role: "owner" },
      { externalId: "ben", name: "Ben Achterberg", email: "ben@alderbay.example", role: "admin" },
      { externalId: "chidi", name: "Chidi Okafor", email: "chidi@alderbay.example", role: "member" },
      { externalId: "dana", name: "Dana Levy", email: "dana@alderbay.example", role: "viewer" },
    ],
  },
  {
    externalId: "harbor-pine-realty",
    name: "Harbor & Pine Realty",
    timeZone: "America/New_York",
    areaCode: "617",
    lines: ["Leasing office"],
    users: [
      { externalId: "emi", name: "Emi Sakamoto", email: "emi@harborpine.example", role: "owner" },
      { externalId: "farid", name: "Farid Haddad", email: "farid@harborpine.example", role: "member" },
    ],
  },
];

/** Stores that one world can tell apart by their lines' numbers. */
const MAX_DEPLOYMENTS = 25;
const NUMBERS_EACH = 4;

/**
 * The numbers of a tenant's account at the `deployment`-th store, counted from 0, of the hundred in each area that are
 * set aside for fiction (NANPA, 555-0100 to 555-0199). There are more than the seeded lines, so that one can be added.
 */
export function seededNumbers(areaCode: string, deployment: number): string[] {
  if (deployment >= MAX_DEPLOYMENTS) throw new RangeError(`one world seeds at most ${MAX_DEPLOYMENTS} stores`);
  const first = 100 + deployment * NUMBERS_EACH;
  return Array.from(
    { length: NUMBERS_EACH },
    (_, place) => `+1${areaCode}555${String(first + place).padStart(4, "0")}`,
  );
}
