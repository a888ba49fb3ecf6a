import type { Trunkline } from "@trunkline/sdk";
import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { expectAccessible } from "./support/axe.ts";
import { useDesk } from "./support/world.ts";

const desk = useDesk();

/** A client, and the numbers of each look-up that it made. */
function watched(user?: string): { client: Trunkline; lookUps: string[][] } {
  const lookUps: string[][] = [];
  const client = desk.client(user, {
    fetch: async (input, init) => {
      const request = new Request(input, init);
      if (request.url.endsWith("/v1/opt-ins/lookup")) lookUps.push((await request.clone().json()).numbers);
      return desk.sandbox.fetch(request);
    },
  });
  return { client, lookUps };
}

const row = (name: RegExp) => page.getByRole("button", { name });

test("a conversation with somebody who opted out is marked as long as that holds", async () => {
  const [number, other] = [desk.number(), desk.number()];
  const phone = desk.sandbox.handset(number);
  await phone.text(desk.line(), "no more, please?");
  await phone.text(desk.line(), "STOP");
  await desk.sandbox.handset(other).text(desk.line(), "more, please!");
  const { client, lookUps } = watched();
  const inbox = desk.inbox({ client });
  await expect.element(row(/unsubscribed.*Opted out/)).toBeVisible();
  await expect.element(row(/more, please!/)).toBeVisible();
  expect(row(/more, please!.*Opted out/).query()).toBeNull();
  expect(lookUps[0]?.toSorted()).toEqual([number, other].toSorted());
  for (const theme of ["light", "dark", "contrast"] as const) {
    inbox.theme = theme;
    await inbox.updateComplete;
    await expectAccessible(inbox);
  }

  await phone.text(desk.line(), "START");
  await vi.waitFor(() => expect(row(/Opted out/).query()).toBeNull());
  await desk.sandbox.handset(other).text(desk.line(), "STOP");
  await expect.element(row(/Opted out/)).toBeVisible();
});

test("only the line that they left is marked, and all where they left all", async () => {
  const number = desk.number();
  for (const index of [0, 1]) await desk.sandbox.handset(number).text(desk.line(index), `Written to line ${index}`);
  const client = desk.client();
  const lineId = desk.sandbox.lines[1]?.id as `line_${string}`;
  const evidence = { method: "staff", note: "Said so at the counter" } as const;
  await client.optIns.set({ number, lineId, state: "opted_out", evidence });
  desk.inbox({ client });
  await expect.element(row(/Written to line 1.*Opted out/)).toBeVisible();
  expect(row(/Written to line 0.*Opted out/).query()).toBeNull();
  await client.optIns.set({ number, lineId: null, state: "opted_out", evidence });
  await expect.element(row(/Written to line 0.*Opted out/)).toBeVisible();
});
