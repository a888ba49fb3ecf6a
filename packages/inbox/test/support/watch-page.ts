/** What an element may leave behind on a page. */
export interface Left {
  /** On window, document and media queries, added and not removed since the watch began. */
  readonly listeners: number;
  readonly timers: number;
  readonly observers: number;
}

/** Counts what is added to the page from now on and not taken away again. */
export function watchPage(): { left(): Left; stop(): void } {
  const undo: (() => void)[] = [];
  const listeners: string[] = [];
  const timers = new Set<unknown>();
  const observers = new Set<unknown>();

  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const isGlobal = (target: EventTarget) =>
    target === window || target === document || target instanceof MediaQueryList;
  const keyOf = (type: string, listener: unknown) => `${type} ${identity(listener)}`;
  EventTarget.prototype.addEventListener = function add(this: EventTarget, type, listener, options) {
    if (isGlobal(this ?? window) && listener) listeners.push(keyOf(type, listener));
    return addEventListener.call(this ?? window, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function remove(this: EventTarget, type, listener, options) {
    const index = listeners.indexOf(keyOf(type, listener));
    if (isGlobal(this ?? window) && index !== -1) listeners.splice(index, 1);
    return removeEventListener.call(this ?? window, type, listener, options);
  };
  undo.push(() => Object.assign(EventTarget.prototype, { addEventListener, removeEventListener }));

  for (const [start, end] of [
    ["setTimeout", "clearTimeout"],
    ["setInterval", "clearInterval"],
  ] as const) {
    const native = { [start]: window[start], [end]: window[end] };
    const begin = window[start].bind(window) as (run: () => void, ms?: number) => number;
    const finish = window[end].bind(window) as (timer: number) => void;
    Object.assign(window, {
      [start]: (run: () => void, ms?: number) => {
        const timer = begin(() => {
          if (start === "setTimeout") timers.delete(timer);
          run();
        }, ms);
        if (isOurs()) timers.add(timer);
        return timer;
      },
      [end]: (timer: number) => {
        timers.delete(timer);
        finish(timer);
      },
    });
    undo.push(() => Object.assign(window, native));
  }

  for (const name of ["ResizeObserver", "IntersectionObserver", "MutationObserver"] as const) {
    const { observe, disconnect } = window[name].prototype;
    Object.assign(window[name].prototype, {
      observe(this: object, ...given: unknown[]) {
        observers.add(this);
        return (observe as (...values: unknown[]) => void).apply(this, given);
      },
      disconnect(this: object) {
        observers.delete(this);
        return (disconnect as () => void).apply(this);
      },
    });
    undo.push(() => Object.assign(window[name].prototype, { observe, disconnect }));
  }

  return {
    left: () => ({ listeners: listeners.length, timers: timers.size, observers: observers.size }),
    stop: () => {
      for (const step of undo.reverse()) step();
    },
  };
}

/** The world in this page has timers and listeners too; only what our elements start counts. */
function isOurs(): boolean {
  return new Error("where from").stack?.includes("/packages/inbox/src/") ?? false;
}

const identities = new WeakMap<object, number>();
let last = 0;

function identity(value: unknown): number {
  if (typeof value !== "object" && typeof value !== "function") return 0;
  const known = identities.get(value as object);
  if (known !== undefined) return known;
  last += 1;
  identities.set(value as object, last);
  return last;
}
