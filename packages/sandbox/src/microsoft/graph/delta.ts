import type { RandomBytes } from "@trunkline/gateway";
import { hex } from "../../random.ts";
import { GraphError } from "./graph-error.ts";
import type { GraphCall, GraphReply } from "./operation.ts";
import { linkText } from "./paging.ts";
import type { Entity, Json } from "./query.ts";

/** Directory objects: seven days. Source: Microsoft Graph, "Use delta query to track changes", token duration. */
const TOKEN_LIFE_MS = 7 * 86_400_000;

interface Round {
  readonly scope: string;
  readonly select: string | null;
  readonly createdAt: number;
  /** Changes still to hand out; empty for a delta link. */
  readonly left: readonly Entity[];
  /** What the caller knows once the round is over, by id. */
  readonly known: ReadonlyMap<string, string>;
}

export interface DeltaSource {
  /** What the tokens belong to: one tenant, app, user and path. A token of another one is refused. */
  readonly scope: string;
  readonly context: string;
  readonly pageSize: number;
  /** Why an object that is gone is gone: a user can be restored (`changed`), a contact cannot (`deleted`). */
  readonly removedAs: "changed" | "deleted";
  /** Everything there is now, with the properties of `$select`. */
  current(select: string | null): readonly Entity[];
}

/**
 * Delta rounds. A delta link remembers what its holder was told, and a later round is the difference to that; what was
 * not selected never shows up as a change.
 */
export class DeltaRounds {
  readonly #random: RandomBytes;
  #rounds = new Map<string, Round>();

  constructor(random: RandomBytes) {
    this.#random = random;
  }

  /** Makes every token unknown, as the service does now and then: its holders start over. */
  forget(): void {
    this.#rounds = new Map();
  }

  /** @throws GraphError 410 for a token that is too old, forgotten, or of another resource */
  answer(call: GraphCall, source: DeltaSource): GraphReply {
    this.#dropExpired(call.now);
    const token = call.options.get("skiptoken") ?? call.options.get("deltatoken");
    if (token === undefined || token === "") {
      return this.#hand(call, source, this.#begin(call, source, call.options.get("select") ?? null, new Map()));
    }
    if (token === "latest") {
      const round = this.#begin(call, source, call.options.get("select") ?? null, new Map());
      return this.#hand(call, source, { ...round, left: [] });
    }
    const round = this.#rounds.get(token);
    if (round === undefined || round.scope !== source.scope) throw this.#gone(call);
    const isNextPage = call.options.has("skiptoken");
    return this.#hand(call, source, isNextPage ? round : this.#begin(call, source, round.select, round.known));
  }

  #begin(call: GraphCall, source: DeltaSource, select: string | null, before: ReadonlyMap<string, string>): Round {
    const known = new Map<string, string>();
    const left: Entity[] = [];
    for (const entity of source.current(select)) {
      const id = String(entity.id);
      const text = JSON.stringify(entity);
      known.set(id, text);
      if (before.get(id) !== text) left.push(entity);
    }
    for (const id of before.keys()) {
      if (!known.has(id)) left.push({ id, "@removed": { reason: source.removedAs } });
    }
    return { scope: source.scope, select, createdAt: call.now, left, known };
  }

  #hand(call: GraphCall, source: DeltaSource, round: Round): GraphReply {
    const left = round.left.slice(source.pageSize);
    const link = new URL(call.base + call.path);
    link.search = "";
    const token = hex(this.#random(24));
    this.#rounds.set(token, { ...round, left });
    link.searchParams.set(left.length > 0 ? "$skiptoken" : "$deltatoken", token);
    const body: Record<string, Json> = {
      "@odata.context": `${call.base}/$metadata#${source.context}`,
      [left.length > 0 ? "@odata.nextLink" : "@odata.deltaLink"]: linkText(link),
      value: round.left.slice(0, source.pageSize),
    };
    return { status: 200, body };
  }

  #gone(call: GraphCall): GraphError {
    const fresh = new URL(call.base + call.path);
    fresh.search = "?$deltatoken=";
    return new GraphError(410, "syncStateNotFound", "The sync state is gone. Start over without a token.", {
      location: fresh.href,
    });
  }

  #dropExpired(now: number): void {
    for (const [token, { createdAt }] of this.#rounds) {
      if (createdAt + TOKEN_LIFE_MS <= now) this.#rounds.delete(token);
    }
  }
}
