import { expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { memoryBus } from "../bus/memory.ts";
import type { CarrierAccess } from "../carrier-accounts/access.ts";
import type { Carrier } from "../carriers/carrier.ts";
import { createCarrierMoods } from "../carriers/moods.ts";
import type { EventLog } from "../events/log.ts";
import { silentLogger } from "../logger.ts";
import { createRecentStops } from "../opt-ins/recent-stops.ts";
import { sendKind } from "./outbound-queue.ts";

test("a STOP that is committed between a text's commit and its hand-over keeps the carrier from being called", async () => {
  const clock = manualClock();
  const recentStops = createRecentStops(clock);
  const moods = createCarrierMoods({ clock, logger: silentLogger, answerMs: 1000, onChange: () => undefined });
  const kind = sendKind({
    carriers: { open: async () => null } as Pick<CarrierAccess, "open"> as CarrierAccess,
    moods,
    recentStops,
    log: {} as EventLog, // `perform` writes nothing
    bus: memoryBus(silentLogger),
    clock,
  });
  const called: string[] = [];
  const carrier = {
    send: async ({ to }) => {
      called.push(to);
      return { kind: "accepted", carrierMessageId: "1" };
    },
  } as Pick<Carrier, "send"> as Carrier;
  const mark = recentStops.mark();
  const perform = (to: string) =>
    kind.perform(
      {
        carrier,
        accountId: "acc_1",
        text: { reference: "msg_1", from: "+12065550100", to, text: "Hi", firstSentAt: 0 },
        wasStopped: () => recentStops.cameAfter(mark, "ten_1", "line_1", to),
      },
      new AbortController().signal,
    );
  recentStops.add("ten_1", [{ lineId: null, number: "+14255550101" }]);
  expect(await perform("+14255550101")).toMatchObject({ handOver: { kind: "refused", code: "opted_out" } });
  expect(await perform("+14255550102")).toMatchObject({ handOver: { kind: "accepted" } });
  expect(called).toEqual(["+14255550102"]);
});
