import type { CarrierAccount } from "../src/carrier/entries.ts";
import type { SimulatedCarrier } from "../src/carrier/names.ts";
import { platformTime, WorldClock } from "../src/clock.ts";
import { createWorld } from "../src/create-world.ts";
import { listenForWorld } from "../src/node/serve-world.ts";
import { LINE, START } from "./fixed-world.ts";

/** A world that listens, with one account at a carrier; its clock stands still. For the vendors' own clients. */
export async function listeningCarrier(carrier: SimulatedCarrier) {
  const server = await listenForWorld(0, "127.0.0.1");
  const clock = new WorldClock({ host: platformTime, standsAt: START });
  const { world, fetch, stop } = await createWorld({ url: server.url, clock });
  server.answer(fetch);
  const account: CarrierAccount = await world.carriers.openAccount(carrier, [LINE, "+12065550101"]);
  return {
    world,
    account,
    url: world.carrierUrl(carrier),
    async close() {
      await stop();
      await server.close();
    },
  };
}
