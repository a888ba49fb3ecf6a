import type { SendingSettings, TenantId } from "@trunkline/protocol";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventLog } from "../events/log.ts";
import type { Ids } from "../random.ts";
import type { Tx } from "../store/database.ts";
import { toSending } from "../tenants/settings.ts";
import type { KindTurn, Settled, Taken, WorkKind } from "../work/kind.ts";
import type { WorkItem } from "../work/queue.ts";
import { optInEvents } from "./audience.ts";
import { CARRIER_BLOCK_KIND, type CarrierBlockPayload } from "./carrier-block-work.ts";
import type { Scope, Standings } from "./decide-keyword.ts";
import { Ledger } from "./ledger.ts";

export interface CarrierBlockParts {
  log: EventLog;
  bus: Bus;
  ids: Ids;
  clock: Clock;
}

/**
 * Records that a carrier refuses a number because its owner said STOP. It is work of its own: whoever learns it has
 * locked texts, and numbers are owned before texts are locked.
 */
export function carrierBlockKind(parts: CarrierBlockParts): WorkKind<CarrierBlockPayload, never, never> {
  return {
    kind: CARRIER_BLOCK_KIND,
    window: 64,
    open: (tx, tenantId, items) => BlockTurn.open(tx, tenantId, items, parts),
    perform: () => Promise.reject(new Error("a carrier's block is recorded in its turn")),
    committed: (tenantId) => parts.bus.publish({ topic: "events", tenantId }),
  };
}

/** The rows that a block is written to. */
function scopesOfBlock({ tenant, line }: Standings, { optOutScope }: Pick<SendingSettings, "optOutScope">): Scope[] {
  const own = line.carrierBlocked ? [] : (["line"] as const);
  if (optOutScope === "line" || tenant.state === "opted_out") return [...own];
  // Their STOP did not come to us, and reaches all lines; unless they have started again since, on another line.
  const hasStarted = tenant.state === "opted_in" && (tenant.method === "keyword" || tenant.method === "double_opt_in");
  return hasStarted ? [...own] : ["tenant", ...own];
}

class BlockTurn implements KindTurn<CarrierBlockPayload, never, never> {
  readonly #tx: Tx;
  readonly #tenantId: TenantId;
  readonly #parts: CarrierBlockParts;
  readonly #ledger: Ledger;
  readonly #sending: Pick<SendingSettings, "optOutScope">;

  private constructor(
    tx: Tx,
    tenantId: TenantId,
    ledger: Ledger,
    sending: Pick<SendingSettings, "optOutScope">,
    parts: CarrierBlockParts,
  ) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#ledger = ledger;
    this.#sending = sending;
    this.#parts = parts;
  }

  static async open(
    tx: Tx,
    tenantId: TenantId,
    items: readonly WorkItem<CarrierBlockPayload>[],
    parts: CarrierBlockParts,
  ): Promise<BlockTurn> {
    const numbers = items.map(({ payload }) => payload.number);
    const ledger = await Ledger.open(tx, tenantId, numbers, { ids: parts.ids, now: parts.clock.now() });
    const { sending } = await tx
      .selectFrom("tenants")
      .select("sending")
      .where("tenant_id", "=", tenantId)
      .executeTakeFirstOrThrow();
    return new BlockTurn(tx, tenantId, ledger, toSending(sending), parts);
  }

  take(_lane: string, items: readonly WorkItem<CarrierBlockPayload>[]): Taken<never> {
    for (const { payload } of items) this.#record(payload);
    return { takes: items.map(({ id }) => ({ id, kind: "done" })) };
  }

  settle(): Settled {
    return { settlements: [] };
  }

  recover(): Settled {
    return { settlements: [] };
  }

  async write(): Promise<void> {
    const changed = await this.#ledger.write(this.#tx);
    await this.#parts.log.append(this.#tx, this.#tenantId, await optInEvents(this.#tx, this.#tenantId, changed, null));
  }

  #record({ number, lineId, messageId, carrierCode }: CarrierBlockPayload): void {
    const standings = { tenant: this.#ledger.standing(number, null), line: this.#ledger.standing(number, lineId) };
    for (const scope of scopesOfBlock(standings, this.#sending)) {
      this.#ledger.add({
        number,
        lineId: scope === "line" ? lineId : null,
        state: "opted_out",
        method: "carrier",
        at: null,
        by: { kind: "system", id: null, name: null },
        messageId,
        evidence: { carrierCode },
      });
    }
  }
}
