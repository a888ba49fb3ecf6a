/**
 * A map that is as it was after the process has ended and begun again. Values are what JSON carries whole; they are
 * replaced, never written to.
 */
export interface KeptMap<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  /** In the order in which their keys were first set. */
  values(): readonly Value[];
}

/** Hands out maps by name; the same name is the same map. */
export interface Keeper {
  map<Value>(name: string): KeptMap<Value>;
}

/** Remembers as long as the process lasts. */
export function forgetfulKeeper(): Keeper {
  const maps = new Map<string, Map<string, unknown>>();
  return keeperOver({
    read: (name) => maps.get(name),
    write(name, key, value) {
      const map = maps.get(name) ?? new Map<string, unknown>();
      maps.set(name, map);
      if (value === undefined) map.delete(key);
      else map.set(key, value);
    },
  });
}

export interface KeptStore {
  read(name: string): ReadonlyMap<string, unknown> | undefined;
  /** Without a value the key is gone. */
  write(name: string, key: string, value: unknown): void;
}

/** Maps over a store that has one writer: the maps themselves. */
export function keeperOver({ read, write }: KeptStore): Keeper {
  return {
    map: <Value>(name: string): KeptMap<Value> => ({
      get: (key) => read(name)?.get(key) as Value | undefined, // what `set` wrote under this name
      set: (key, value) => write(name, key, value),
      delete(key) {
        if (read(name)?.has(key)) write(name, key, undefined);
      },
      values: () => [...(read(name)?.values() ?? [])] as Value[],
    }),
  };
}

/** Maps of the same names, apart from those of `kept`. */
export function keptApart(kept: Keeper, prefix: string): Keeper {
  return { map: (name) => kept.map(`${prefix}.${name}`) };
}
