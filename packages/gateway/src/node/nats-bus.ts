import { randomUUID } from "node:crypto";
import type { Bus } from "../bus/bus.ts";
import { memoryBus } from "../bus/memory.ts";
import { readWakes, writeWakes } from "../bus/wake-message.ts";
import type { Logger } from "../logger.ts";

export interface NatsBusOptions {
  /** `nats://host:4222`, or several separated by commas. */
  url: string;
  logger: Logger;
  /**
   * Subject of the wake-ups; gateways of different stores on one NATS need different ones.
   * @default "trunkline.wake"
   */
  subject?: string;
}

/**
 * A bus between nodes over NATS. Needs the package `@nats-io/transport-node`.
 *
 * @throws when NATS cannot be reached at the start; later outages heal by themselves, and pollers bridge them
 */
export async function natsBus({ url, logger, subject = "trunkline.wake" }: NatsBusOptions): Promise<Bus> {
  const { connect } = await import("@nats-io/transport-node");
  const connection = await connect({
    servers: url.split(",").map((server) => server.trim()),
    name: "trunkline",
    maxReconnectAttempts: -1,
  });
  const local = memoryBus(logger);
  const from = randomUUID();
  connection.subscribe(subject, {
    callback(error, message) {
      if (error) return logger.warn({ error }, "the bus could not listen");
      const heard = readWakes(message.string());
      if (heard.from !== from) for (const wake of heard.wakes) local.publish(wake);
    },
  });
  await connection.flush(); // from here on nothing is missed
  return {
    publish(wake) {
      local.publish(wake);
      if (!connection.isClosed()) connection.publish(subject, writeWakes({ from, wakes: [wake] }));
    },
    subscribe: local.subscribe,
    async close() {
      await connection.drain();
      await local.close();
    },
  };
}
