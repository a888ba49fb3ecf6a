import type { CreateLine, GroupId, Line, LineCapabilities, LineId, TenantId, UserId } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import { carrierAccountExists } from "../carrier-accounts/store.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import { refusing } from "../http/broken-rule.ts";
import { once } from "../http/idempotency.ts";
import { openPage } from "../http/paging.ts";
import { invalid, notFound, Refusal } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import { lookAgainAtHeld } from "../messaging/held-texts.ts";
import { refuseUnfitQuietHours } from "../quiet-hours/refuse-policy.ts";
import type { Ids } from "../random.ts";
import type { Sight } from "../rights/sight.ts";
import type { Database, Tx } from "../store/database.ts";
import { unknownIds } from "../store/unknown-ids.ts";
import { readSender } from "./sender.ts";
import {
  assign,
  assignGroups,
  deleteLine,
  findLine,
  insertLine,
  listLines,
  lockLine,
  toLine,
  updateLine,
} from "./store.ts";

export interface LineParts {
  database: Database;
  log: EventLog;
  bus: Bus;
  clock: Clock;
  ids: Ids;
}

/** What a line is taken to be capable of until somebody says otherwise: texts, which is what every line is for. */
const CAPABILITIES: LineCapabilities = { sms: true, mms: false, voice: false };

const taken = (field: string) => () =>
  new Refusal("conflict", { issues: [{ path: [field], message: "belongs to another line" }] });
const BROKEN = {
  lines_number: taken("number"),
  lines_sender_id: taken("senderId"),
  lines_carrier_account: notFound, // removed between two statements
  lines_fallback_account: notFound,
  line_assignees_user: notFound,
  line_groups_group: notFound,
  conversations_line: () =>
    new Refusal("conflict", { detail: "This line has conversations. A line can be removed while it has none." }),
  broadcasts_line: () =>
    new Refusal("conflict", { detail: "This line has broadcasts. A line can be removed while it has none." }),
};

export function lineRoutes({
  database,
  log,
  bus,
  clock,
  ids,
}: LineParts): Handlers<"listLines" | "createLine" | "getLine" | "updateLine" | "deleteLine"> {
  return {
    async listLines({ principal: { tenantId, sight }, query }) {
      const page = openPage("listLines", query, ["id"]);
      const after = page.after?.[0] ?? null;
      const rows = await database.tenant(tenantId, (tx) =>
        listLines(tx, tenantId, { sight, after, limit: page.limit + 1 }),
      );
      return page.answer(rows, (row) => [row.id], toLine);
    },

    async createLine({ principal: { tenantId, actor }, body, keyed, audit }) {
      const reading = readSender(body);
      if (reading.kind === "invalid") throw invalid([reading.field], reading.reason, reading.code);
      refuseUnfitQuietHours(body.quietHours, ["quietHours"]);
      const {
        name,
        carrierAccountId,
        fallbackCarrierAccountId = null,
        sendRate = null,
        quietHours = null,
        assignees = [],
        groups = [],
      } = body;
      const line = {
        ...reading.sender,
        name,
        carrierAccountId,
        fallbackCarrierAccountId,
        sendRate,
        quietHours,
        capabilities: merge(CAPABILITIES, body.capabilities),
      };
      const reply = await refusing(BROKEN, () =>
        log.transaction(tenantId, (tx, record) =>
          once(tx, keyed, async () => {
            await refuseUnknownAccounts(tx, tenantId, line);
            await refuseUnknownUsers(tx, tenantId, assignees);
            await refuseUnknownGroups(tx, tenantId, groups);
            const id = ids("line");
            await insertLine(tx, tenantId, id, line, clock.now());
            await assign(tx, tenantId, id, assignees);
            await assignGroups(tx, tenantId, id, groups);
            const made = await visible(tx, tenantId, id, { lineIds: "all" });
            record({ type: "line.created", data: made, audience: { lineId: id }, actor });
            await audit(tx, tenantId, { object: { kind: "line", id }, before: null, after: made });
            return made;
          }),
        ),
      );
      bus.publish({ topic: "access", tenantId });
      return reply;
    },

    getLine: ({ principal: { tenantId, sight }, params: { id } }) =>
      database.tenant(tenantId, (tx) => visible(tx, tenantId, id, sight)),

    async updateLine({ principal: { tenantId, sight, actor }, params: { id }, body, audit }) {
      refuseUnfitQuietHours(body.quietHours, ["quietHours"]);
      const { line, woken } = await refusing(BROKEN, () =>
        log.transaction(tenantId, async (tx, record) => {
          await lockLine(tx, tenantId, id);
          const before = await visible(tx, tenantId, id, sight);
          const { capabilities, assignees, groups, ...plain } = body;
          const change = capabilities ? { ...plain, capabilities: merge(before.capabilities, capabilities) } : plain;
          const { carrierAccountId = before.carrierAccountId, fallbackCarrierAccountId } = body;
          await refuseUnknownAccounts(tx, tenantId, {
            carrierAccountId,
            fallbackCarrierAccountId:
              fallbackCarrierAccountId === undefined ? before.fallbackCarrierAccountId : fallbackCarrierAccountId,
          });
          if (assignees) {
            await refuseUnknownUsers(tx, tenantId, assignees);
            await assign(tx, tenantId, id, assignees);
          }
          if (groups) {
            await refuseUnknownGroups(tx, tenantId, groups);
            await assignGroups(tx, tenantId, id, groups);
          }
          await updateLine(tx, tenantId, id, change, clock.now());
          const after = await visible(tx, tenantId, id, { lineIds: "all" });
          record({ type: "line.updated", data: after, audience: { lineId: id }, actor });
          await audit(tx, tenantId, { object: { kind: "line", id }, before, after });
          const lanes = body.quietHours === undefined ? [] : await lookAgainAtHeld(tx, tenantId, id, clock.now());
          return { line: after, woken: lanes };
        }),
      );
      for (const lane of woken) bus.publish({ topic: "work", ...lane });
      if (body.assignees || body.groups) bus.publish({ topic: "access", tenantId });
      return line;
    },

    async deleteLine({ principal: { tenantId, sight, actor }, params: { id }, audit }) {
      await refusing(BROKEN, () =>
        log.transaction(tenantId, async (tx, record) => {
          const before = await visible(tx, tenantId, id, sight);
          if (!(await deleteLine(tx, tenantId, id))) throw notFound();
          record({ type: "line.removed", data: { id }, audience: { lineId: id }, actor });
          await audit(tx, tenantId, { object: { kind: "line", id }, before, after: null });
        }),
      );
      bus.publish({ topic: "access", tenantId });
    },
  };
}

async function visible(tx: Tx, tenantId: TenantId, id: LineId, sight: Pick<Sight, "lineIds">): Promise<Line> {
  const line = await findLine(tx, tenantId, id, sight);
  if (!line) throw notFound();
  return line;
}

const merge = (present: LineCapabilities, given: CreateLine["capabilities"] = {}): LineCapabilities => ({
  sms: given.sms ?? present.sms,
  mms: given.mms ?? present.mms,
  voice: given.voice ?? present.voice,
});

async function refuseUnknownAccounts(
  tx: Tx,
  tenantId: TenantId,
  { carrierAccountId, fallbackCarrierAccountId }: Pick<Line, "carrierAccountId" | "fallbackCarrierAccountId">,
): Promise<void> {
  for (const [field, id] of Object.entries({ carrierAccountId, fallbackCarrierAccountId })) {
    if (id === null || (await carrierAccountExists(tx, tenantId, id))) continue;
    throw invalid([field], "is not a carrier account of this tenant", "not_found");
  }
  if (carrierAccountId !== fallbackCarrierAccountId) return;
  throw invalid(["fallbackCarrierAccountId"], "must be another account than the line's own");
}

async function refuseUnknownUsers(tx: Tx, tenantId: TenantId, userIds: readonly UserId[]): Promise<void> {
  const [unknown] = await unknownIds(tx, tenantId, "users", userIds);
  if (unknown) {
    throw invalid(["assignees", userIds.indexOf(unknown)], "is not a user of this tenant", "not_found");
  }
}

async function refuseUnknownGroups(tx: Tx, tenantId: TenantId, groupIds: readonly GroupId[]): Promise<void> {
  const [unknown] = await unknownIds(tx, tenantId, "user_groups", groupIds);
  if (unknown) {
    throw invalid(["groups", groupIds.indexOf(unknown)], "is not a group of this tenant", "not_found");
  }
}
