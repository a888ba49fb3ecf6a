import type { RandomBytes } from "@trunkline/gateway";
import { Directory } from "./directory.ts";
import type { DirectoryState } from "./directory-state.ts";
import type { Keeper, KeptMap } from "./kept.ts";

export interface KeptDirectoryParts {
  readonly kept: Keeper;
  readonly random: RandomBytes;
  readonly newState: () => DirectoryState;
  readonly neighbours: () => readonly Directory[];
}

/** The directory that `kept` holds, or a new one. Each change writes down the parts of the state that it replaced. */
export function keptDirectory({ kept, random, newState, neighbours }: KeptDirectoryParts): Directory {
  const map: KeptMap<unknown> = kept.map("directory");
  const write = (state: DirectoryState, before?: DirectoryState) => {
    for (const part of partsOf(state)) {
      if (state[part] !== before?.[part]) map.set(part, state[part]);
    }
  };
  let last = map.get("tenantId") === undefined ? newState() : undefined;
  if (last) write(last);
  last ??= readState(map, newState());
  return new Directory({
    state: last,
    random,
    neighbours,
    onChange(state) {
      write(state, last);
      last = state;
    },
  });
}

// A part that an older journal does not have is as it is in a new directory.
function readState(map: KeptMap<unknown>, fresh: DirectoryState): DirectoryState {
  const kept = partsOf(fresh).flatMap((part) => {
    const value = map.get(part);
    return value === undefined ? [] : [[part, value]];
  });
  return { ...fresh, ...(Object.fromEntries(kept) as Partial<DirectoryState>) }; // what `write` wrote, part by part
}

function partsOf(state: DirectoryState): (keyof DirectoryState)[] {
  return Object.keys(state) as (keyof DirectoryState)[]; // made here: it has no other keys
}
