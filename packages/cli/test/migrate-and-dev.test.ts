import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshInbox } from "./fresh-inbox.ts";
import { type Program, runTrunkline, startTrunkline, trunkline } from "./support/program.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "trunkline-stores-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("trunkline migrate", () => {
  test("makes a store, finds it up to date the next time, and a gateway starts on it", async () => {
    const data = join(folder, "made");
    for (let times = 1; times <= 2; times += 1) {
      const { code, stdout, stderr } = await trunkline(["migrate", "--data", data]);
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "The store is up to date.\n" });
    }
    const gateway = await startTrunkline(["start", "--port", "0", "--data", data]);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);

    const held = await trunkline(["migrate", "--data", data]);
    expect(held.code).toBe(1);
    expect(held.stderr).toContain(String(gateway.pid));
    expect(held.stderr).not.toMatch(/ {4}at /);
    expect((await gateway.terminate()).code).toBe(0);
  });

  test("takes its settings from the environment and from a secret's file, and says when the store is away", async () => {
    const path = join(folder, "database-url");
    await writeFile(path, "postgres://nobody@127.0.0.1:1/none\n");
    const env = { TRUNKLINE_DATA: join(folder, "elsewhere"), TRUNKLINE_DATABASE_URL_FILE: path };
    const { code, stdout, stderr } = await trunkline(["migrate"], { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/PostgreSQL cannot be reached/);
    expect(stderr).not.toContain("nobody");
    const both = await trunkline(["migrate"], { env: { ...env, TRUNKLINE_DATABASE_URL: "postgres://x" } });
    expect({ code: both.code, said: both.stderr.includes("both set") }).toEqual({ code: 2, said: true });
  });

  test("a store of a sandbox stays one", async () => {
    const data = join(folder, "simulated");
    expect((await trunkline(["migrate", "--data", data, "--sandbox-store"])).code).toBe(0);
    const asReal = await trunkline(["migrate", "--data", data]);
    expect(asReal.code).toBe(1);
    expect(asReal.stderr).toContain("was made by a sandbox");
    const asSimulated = await trunkline(["migrate", "--data", join(folder, "made"), "--sandbox-store"]);
    expect(asSimulated.code).toBe(1);
    expect(asSimulated.stderr).toContain("was not made by a sandbox");
  });
});

describe("trunkline dev", () => {
  beforeAll(freshInbox); // its page shows the inbox

  interface Dev extends Omit<Program, "url"> {
    readonly world: string;
    readonly gateway: string;
    readonly demo: string;
  }

  /** Starts it and waits for its three addresses. */
  async function startDev(...args: string[]): Promise<Dev> {
    const running = runTrunkline(["dev", "--seed", "none", ...args]);
    const lines = /^sandbox listening on (\S+)\ntrunkline listening on (\S+)\ndemo listening on (\S+)\n$/;
    await expect.poll(() => running.stdout()).toMatch(lines);
    const [, world = "", gateway = "", demo = ""] = lines.exec(running.stdout()) ?? [];
    return { ...running, world, gateway, demo };
  }

  test("says where world, gateway and page are, keeps what happens, and ends in good order", async () => {
    const data = join(folder, "dev");
    const first = await startDev("--port", "0", "--data", data);
    expect((await fetch(`${first.gateway}/readyz`)).status).toBe(200);
    expect(await (await fetch(first.demo)).text()).toContain("trunkline");
    const { tenants } = await (await fetch(`${first.world}/world`)).json();
    const sent = await fetch(`${first.world}/world/handsets/+14255550123/messages`, {
      method: "POST",
      body: JSON.stringify({ to: tenants[0].lines[0].number, text: "Still here tomorrow?" }),
    });
    expect(sent.status).toBe(201);
    expect((await first.terminate()).code).toBe(0);
    await expect(fetch(`${first.gateway}/readyz`)).rejects.toThrow();

    const second = await startDev("--port", "0", "--data", data);
    const list = await fetch(`${second.gateway}/v1/conversations`, {
      headers: { authorization: `Bearer ${tenants[0].apiKey}` },
    });
    expect((await list.json()).data).toMatchObject([{ lastMessage: { text: "Still here tomorrow?" } }]);

    // A second one beside it takes other ports; one that must have a taken port ends and leaves nothing behind.
    const { port } = new URL(second.demo);
    const refused = await trunkline(["dev", "--seed", "none", "--port", port]);
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/taken|EADDRINUSE/);
    expect((await second.terminate()).code).toBe(0);
  });

  test("what it cannot tell to begin with is a mistake of the caller's", async () => {
    const { code, stderr } = await trunkline(["dev", "--seed", "lots"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--seed must be demo or none, not lots");
  });
});
