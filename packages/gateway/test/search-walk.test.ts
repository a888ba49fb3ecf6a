import type { ConversationWithViewer, SearchResult, TenantId } from "@trunkline/protocol";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLogger } from "../src/logger.ts";
import { createSearchBackfill } from "../src/search/backfill.ts";
import { type Entry, entryInsertion } from "../src/search/entries.ts";
import { lookUp, type Place } from "../src/search/hit-store.ts";
import { addTimeKeys, keyOfBeginning, seedOf } from "../src/search/keys.ts";
import { eachStore } from "./support/stores.ts";
import { made, type TestGateway, testGateway } from "./support/test-gateway.ts";

eachStore((store) => {
  let world: TestGateway;

  beforeAll(async () => {
    world = await testGateway(store);
  });
  afterAll(() => world.stop());

  test("whatever lies where in time, look-ups give all that has the keys, the newest first, each once", async () => {
    const { tenant } = await world.newTenant("walked");
    const seed = seedOf(tenant.id, "messages");
    const key = (word: string) => keyOfBeginning(seed, word);
    const now = Date.parse("2026-11-02T09:00:00Z");
    // Single ones over years, a campaign within seconds and one of which each text has the same time.
    const times = [
      ...Array.from({ length: 300 }, (_, n) => now - n * n * 1_000_003),
      ...Array.from({ length: 900 }, (_, n) => now - 40 * 86_400_000 - n * 7),
      ...Array.from({ length: 700 }, () => now - 400 * 86_400_000),
      0,
    ];
    const entries = times.map((at, n): Entry => {
      const terms = new Set([key("all"), ...(n % 3 === 0 ? [key("some")] : []), ...(n % 97 === 0 ? [key("few")] : [])]);
      addTimeKeys(seed, at, terms);
      return { id: `msg_${String((n * 7919) % 10_007).padStart(26, "0")}`, at, terms: [...terms] };
    });
    for (let from = 0; from < entries.length; from += 500) {
      await world.database.tenant(tenant.id, (tx) =>
        entryInsertion(tenant.id, entries.slice(from, from + 500)).execute(tx),
      );
    }
    const sorted = entries.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
    const to = new Date(now + 1).toISOString();

    async function walk(look: { words: string[]; anyOf?: string[]; from?: string; to?: string }, wanted: number) {
      const found: string[] = [];
      let place: Place = { at: look.to ?? to, id: null };
      for (;;) {
        const page = await world.database.tenant(tenant.id, (tx) =>
          lookUp(
            tx,
            { seed, every: look.words.map(key), anyOf: look.anyOf?.map(key) ?? null, from: look.from ?? null },
            place,
            wanted,
          ),
        );
        found.push(...page.map(({ id }) => id));
        const last = page.at(-1);
        if (page.length < wanted || !last) return found;
        place = { at: last.at.toISOString(), id: last.id };
      }
    }
    const with_ = (...words: string[]) =>
      sorted.filter(({ terms }) => words.every((word) => terms.includes(key(word)))).map(({ id }) => id);
    expect(await walk({ words: ["all"] }, 450)).toEqual(with_("all"));
    for (const wanted of [1, 51]) expect(await walk({ words: ["few"] }, wanted)).toEqual(with_("few"));
    expect(await walk({ words: ["some", "all"] }, 200)).toEqual(with_("some"));
    expect(await walk({ words: ["all"], anyOf: ["few", "nothing"] }, 200)).toEqual(with_("few"));
    expect(await walk({ words: ["nothing"] }, 51)).toEqual([]);
    const from = now - 40 * 86_400_000 - 70;
    const until = now - 40 * 86_400_000;
    const between = sorted.filter(({ at }) => at >= from && at < until).map(({ id }) => id);
    const range = { from: new Date(from).toISOString(), to: new Date(until).toISOString() };
    expect(await walk({ words: ["all"], ...range }, 4)).toEqual(between);
    expect(between.length).toBeGreaterThan(5);
  });

  test("the function tells a tenant nothing of another, and nobody without a tenant anything", async () => {
    const { tenant: owner } = await world.newTenant("owner");
    const { tenant: other } = await world.newTenant("other");
    const seed = seedOf(owner.id, "messages");
    const terms = new Set([keyOfBeginning(seed, "mine")]);
    addTimeKeys(seed, 1000, terms);
    const entry = { id: `msg_${"0".repeat(26)}` as const, at: 1000, terms: [...terms] };
    await world.database.tenant(owner.id, (tx) => entryInsertion(owner.id, [entry]).execute(tx));
    const ask = (tenantId: TenantId) =>
      world.database.tenant(tenantId, (tx) =>
        lookUp(
          tx,
          { seed, every: [keyOfBeginning(seed, "mine")], anyOf: null, from: null },
          { at: new Date(2000).toISOString(), id: null },
          5,
        ),
      );
    expect(await ask(owner.id)).toHaveLength(1);
    expect(await ask(other.id)).toEqual([]);
    const asSystem = world.database.system((tx) =>
      sql`select * from search_hits(1, '{}', null, null, now(), null, 5)`.execute(tx),
    );
    await expect(asSystem).rejects.toThrow(/permission denied/);
  });

  test("what was written before there was a search is made findable, in as many steps as it takes", async () => {
    const acme = await world.newTenant("early");
    const conversation = await made<ConversationWithViewer>(
      acme.call("POST", "/v1/conversations", { lineId: acme.line.id, participants: ["+14255550144"] }),
    );
    await world.database.tenant(acme.tenant.id, async (tx) => {
      await sql`insert into messages (tenant_id, id, conversation_id, line_id, sequence, inbound_count, direction, kind, text,
          author, status, created_at, updated_at)
        select ${acme.tenant.id}::text, 'msg_' || lpad(n::text, 26, '0'), ${conversation.id}::text, ${acme.line.id}::text, n, n,
          'inbound', 'text', 'boat ' || n, '{"kind": "contact", "id": null, "name": null}', 'received', at, at
        from generate_series(1, 1100) n, lateral (select now() - interval '1 year' + n * interval '1 minute' as at) t`.execute(
        tx,
      );
      await tx.deleteFrom("search_entries").where("tenant_id", "=", acme.tenant.id).execute();
      for (const searched of ["messages", "conversations"] as const) {
        await tx.insertInto("search_gaps").values({ tenant_id: acme.tenant.id, searched, before_id: null }).execute();
      }
    });
    const find = (q: string) => made<SearchResult>(acme.call("POST", "/v1/search", { q, limit: 200 }));
    expect((await find("boat")).messages?.data).toEqual([]);
    const backfill = createSearchBackfill({ database: world.database, clock: world.clock, logger: silentLogger });
    backfill.start();
    await backfill.idle();
    for (const q of ["boat 3", "boat 777", "boat 1100"]) {
      const texts = (await find(q)).messages?.data.map(({ message }) => message.text);
      expect(texts).toContain(q);
    }
    expect((await find("0144")).conversations?.data).toHaveLength(1);
    const left = await world.database.tenant(acme.tenant.id, (tx) =>
      tx.selectFrom("search_gaps").selectAll().execute(),
    );
    expect(left).toEqual([]);
  });
});
