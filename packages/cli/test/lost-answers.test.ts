import { expect, test } from "vitest";
import { runLostAnswersRig } from "../prove/lost-answers-rig.ts";

// The short form of `npm run prove -- lost-answers`. Half of the answers are lost, so that few texts show it.
test("carriers that lose their answers, and kills, text nobody twice and leave nothing open", async () => {
  const { violations, ended } = await runLostAnswersRig({
    store: "pglite",
    texts: 25,
    lost: 0.5,
    kills: 1,
    note: () => undefined,
  });
  expect(Object.fromEntries(violations)).toEqual({});
  expect(ended.twilio).toEqual({ sent: 25 });
});
