import type { LookUpOptIns, OptIn, OptInEntry, OptInLookUp } from "@trunkline/protocol";
import { MAX_HISTORY } from "@trunkline/protocol";
import { sql } from "kysely";
import { notFound } from "../http/refusal.ts";
import type { Principal } from "../rights/principal.ts";
import { sees } from "../rights/sight.ts";
import type { Tx } from "../store/database.ts";
import { json } from "../store/json.ts";
import { audienceOf, conversationsOf } from "./audience.ts";
import { type EntryRow, type OptInRow, toEntry, toOptIn } from "./entry-row.ts";
import { unknownOptIn } from "./ledger.ts";
import { readOwned, readOwnLines } from "./numbers.ts";

/** Tells where numbers stand, as far as the caller sees conversations with them. */
export async function lookUpOptIns(
  tx: Tx,
  { tenantId, sight }: Principal,
  { numbers: given, lineId }: LookUpOptIns,
): Promise<OptInLookUp> {
  const lines = await readOwnLines(tx, tenantId);
  if (lineId !== undefined && (!lines.numbers.has(lineId) || !sees(sight, { lineId }))) throw notFound();
  const numbers = given.map((input, index) => readOwned(input, lines, lineId ?? null, ["numbers", index]));
  const wanted = json([...new Set(numbers)]);
  const line = lineId === undefined ? sql`` : sql`and x.line_id in ('', ${lineId})`;
  const { rows: optIns } = await sql<OptInRow>`
    select x.number, x.line_id, x.state, x.method, x.needs_review, x.carrier_blocked, x.since, x.updated_at
    from jsonb_array_elements_text(${wanted}) as n (number)
    join opt_ins x on x.tenant_id = ${tenantId} and x.number = n.number ${line} order by x.line_id`.execute(tx);
  const { rows: entries } = await sql<EntryRow>`
    select h.* from jsonb_array_elements_text(${wanted}) as n (number)
    cross join lateral (
      select x.id, x.number, x.line_id, x.state, x.method, x.at, x.by, x.wording, x.language, x.message_id, x.evidence,
        x.certain
      from opt_in_entries x where x.tenant_id = ${tenantId} and x.number = n.number ${line}
      order by x.at desc, x.id desc limit ${MAX_HISTORY}) h
    order by h.at desc, h.id desc`.execute(tx);
  const conversations = await conversationsOf(tx, tenantId, numbers);
  const isSeen = (one: Pick<OptIn, "number" | "lineId">) => sees(sight, audienceOf(one, conversations));

  const standings = optIns.map(toOptIn);
  const history: OptInEntry[] = entries.map(toEntry);
  return {
    data: numbers.map((number) => {
      const own = standings.filter((one) => one.number === number);
      const forAll = own.find((one) => one.lineId === null) ?? unknownOptIn(number, null);
      return {
        number,
        optIns: [forAll, ...own.filter((one) => one.lineId !== null)].filter(isSeen),
        history: history.filter((one) => one.number === number).filter(isSeen),
      };
    }),
  };
}
