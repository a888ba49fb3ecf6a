import type { Logger } from "../logger.ts";
import type { Bus, Wake } from "./bus.ts";

/** A bus for one process. Listeners are called in a later microtask, so that publishing never runs foreign code. */
export function memoryBus(logger: Logger): Bus {
  const listeners = new Set<(wake: Wake) => void>();
  return {
    publish(wake) {
      queueMicrotask(() => {
        for (const listener of listeners) {
          try {
            listener(wake);
          } catch (error) {
            logger.error({ error, topic: wake.topic }, "a listener of the bus failed");
          }
        }
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      listeners.clear();
    },
  };
}
