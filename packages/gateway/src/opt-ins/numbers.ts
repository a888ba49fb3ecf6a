import type { CanonicalNumber, LineId, TenantId } from "@trunkline/protocol";
import { invalid } from "../http/refusal.ts";
import { countryOf, readRecipient } from "../messaging/numbers.ts";
import type { Tx } from "../store/database.ts";

/** The lines of a tenant, as far as the opt-ins of numbers depend on them. */
export interface OwnLines {
  readonly numbers: ReadonlyMap<LineId, CanonicalNumber | null>;
  /** The country of numbers that are written without one; absent where lines are in several. */
  readonly country: string | undefined;
}

export async function readOwnLines(tx: Tx, tenantId: TenantId): Promise<OwnLines> {
  const rows = await tx.selectFrom("lines").select(["id", "number"]).where("tenant_id", "=", tenantId).execute();
  const countries = new Set(rows.flatMap(({ number }) => countryOf(number) ?? []));
  const [country] = countries;
  return {
    numbers: new Map(rows.map(({ id, number }) => [id, number])),
    country: countries.size === 1 ? country : undefined,
  };
}

/** @throws Refusal invalid_number */
export function readOwned(
  input: string,
  { numbers, country }: OwnLines,
  lineId: LineId | null,
  path: readonly (string | number)[],
): CanonicalNumber {
  const reading = readRecipient(input, lineId === null ? country : (countryOf(numbers.get(lineId) ?? null) ?? country));
  if (reading.kind === "invalid") throw invalid([...path], reading.reason, "invalid_number");
  return reading.number;
}
