import type { AnyEvent } from "@trunkline/protocol";
import type { Live, LiveSnapshot } from "./live.ts";
import { LiveView, sameFields, sameItems, type ViewParts } from "./live-view.ts";
import { later } from "./merge.ts";

interface Named {
  readonly id: string;
  readonly name: string;
  readonly updatedAt: string;
}

export interface WholeListParts<Item> extends ViewParts {
  fetchAll(signal: AbortSignal): Promise<readonly Item[]>;
  /** What an event says about an item: its new version, or the id of one that is gone. */
  read(event: AnyEvent): { readonly item: Item } | { readonly removed: string } | null;
}

/** A list that is short enough to be held whole, by name. */
export class WholeList<Item extends Named> extends LiveView<LiveSnapshot<Item>> implements Live<Item> {
  readonly #parts: WholeListParts<Item>;
  #items = new Map<string, Item>();
  #arrived = new Set<string>();

  constructor(parts: WholeListParts<Item>) {
    super(parts);
    this.#parts = parts;
  }

  loadMore(): Promise<void> {
    return Promise.resolve(); // it is whole
  }

  loadNewer(): Promise<void> {
    return Promise.resolve();
  }

  event(event: AnyEvent): void {
    const told = this.#parts.read(event);
    if (!told) return;
    if ("removed" in told) this.#items.delete(told.removed);
    else this.#take(told.item);
    this.changed();
  }

  protected async load(signal: AbortSignal): Promise<void> {
    this.#arrived = new Set();
    const found = await this.#parts.fetchAll(signal);
    if (signal.aborted) return;
    const kept = [...this.#arrived].flatMap((id) => this.#items.get(id) ?? []);
    const before = this.#items;
    this.#items = new Map(found.map((item) => [item.id, later(before.get(item.id) ?? item, item)]));
    for (const item of kept) this.#take(item);
  }

  protected forget(): void {
    this.#items = new Map();
  }

  protected build(before: LiveSnapshot<Item> | null): LiveSnapshot<Item> {
    const byName = [...this.#items.values()].sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
    return sameFields(before, {
      data: sameItems(before?.data, byName),
      status: this.status,
      error: this.error,
      hasMore: false,
      hasNewer: false,
    });
  }

  #take(item: Item): void {
    this.#arrived.add(item.id);
    this.#items.set(item.id, later(this.#items.get(item.id) ?? item, item));
  }
}
