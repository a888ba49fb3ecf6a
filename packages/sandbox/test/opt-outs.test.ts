import { expect, test } from "vitest";
import { createSandbox } from "../src/node/index.ts";

const PHONE = "+14255550123";

test("a carrier that keeps opt-outs and a gateway that keeps them, too, agree in the end", async () => {
  const sandbox = await createSandbox({ now: "2026-11-02T09:00:00Z" });
  try {
    const number = String(sandbox.lines[0]?.number);
    const { token } = await sandbox.auth("ada").token();
    const call = async (method: string, path: string, body: object) => {
      const response = await sandbox.fetch(sandbox.url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    };
    const send = () => call("POST", "/v1/messages", { from: number, to: PHONE, text: "Sale!" });
    const lookUp = async () => (await call("POST", "/v1/opt-ins/lookup", { numbers: [PHONE] })).body.data[0];

    await sandbox.carrier("sandbox").configure({ blocksOptOuts: true });
    await sandbox.handset(PHONE).text(number, "STOP");
    await sandbox.clock.advance("PT5S");
    // The carrier refused our answer as well, and that is on record.
    expect(sandbox.carrier("sandbox").accepted).toEqual([]);
    expect((await lookUp()).optIns).toMatchObject([
      { lineId: null, state: "opted_out", method: "keyword", carrierBlocked: false },
      { lineId: sandbox.lines[0]?.id, state: "opted_out", method: "carrier", carrierBlocked: true },
    ]);
    expect(await send()).toMatchObject({ status: 422, body: { code: "opted_out" } });

    // Somebody agrees again on paper: that is no START, and the carrier would refuse.
    const evidence = { method: "paper", wording: "Text me again" };
    await call("PUT", "/v1/opt-ins", { number: PHONE, state: "opted_in", evidence });
    await call("PUT", "/v1/opt-ins", { number: PHONE, lineId: sandbox.lines[0]?.id, state: "opted_in", evidence });
    expect(await send()).toMatchObject({ status: 422, body: { code: "opted_out" } });

    await sandbox.handset(PHONE).text(number, "START");
    expect(await send()).toMatchObject({ status: 202 });
    await sandbox.clock.advance("PT5S");
    expect(sandbox.carrier("sandbox").accepted.map(({ text }) => text)).toEqual([
      expect.stringContaining("You will get texts from us"),
      "Sale!",
    ]);
  } finally {
    await sandbox.close();
  }
});
