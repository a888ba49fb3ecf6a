import { platformRandom } from "@trunkline/gateway";
import { expect, test } from "vitest";
import { platformTime, WorldClock } from "../src/clock.ts";
import { Directory } from "../src/microsoft/directory.ts";
import { newDirectoryState } from "../src/microsoft/directory-seed.ts";
import type { DirectoryApp } from "../src/microsoft/directory-state.ts";
import { createEntra } from "../src/microsoft/entra/entra.ts";
import { createGraph } from "../src/microsoft/graph/graph.ts";

const ORIGIN = "https://login.microsoftonline.com";
const HOUR_MS = 60 * 60_000;

test("a token of the simulated Entra opens the simulated Graph as far as it was granted, and while it lasts", async () => {
  const standsAt = Date.now();
  const random = platformRandom;
  const directory = new Directory({ state: newDirectoryState({ random, now: standsAt }), random });
  const clock = new WorldClock({ host: platformTime, standsAt });
  const entra = createEntra({ directory, clock, random, origin: ORIGIN });
  const graph = createGraph({ directory, authorize: entra.authorize, clock, random });
  const [consented, unconsented] = directory.apps;
  if (!consented || !unconsented) throw new Error("two apps");

  async function tokenOf({ clientId, secrets }: DirectoryApp): Promise<string> {
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: secrets[0]?.secret ?? "",
      scope: "https://graph.microsoft.com/.default",
    });
    const url = `${ORIGIN}/${directory.tenantId}/oauth2/v2.0/token`;
    const answer = await entra.fetch(new Request(url, { method: "POST", body }));
    return ((await answer.json()) as { access_token: string }).access_token;
  }
  async function users(bearer: string | null): Promise<[number, string?]> {
    const headers = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
    const answer = await graph.fetch(new Request("https://graph.microsoft.com/v1.0/users", { headers }));
    const { error } = (await answer.json()) as { error?: { code: string } };
    return error ? [answer.status, error.code] : [answer.status];
  }

  const token = await tokenOf(consented);
  expect(await users(token)).toEqual([200]);
  expect(await users(await tokenOf(unconsented))).toEqual([403, "Authorization_RequestDenied"]);
  expect(await users(null)).toEqual([401, "InvalidAuthenticationToken"]);
  expect(await users(`${token.slice(0, -8)}AAAAAAAA`)).toEqual([401, "InvalidAuthenticationToken"]);
  await clock.advance(2 * HOUR_MS);
  expect(await users(token)).toEqual([401, "InvalidAuthenticationToken"]);
  expect(await users(await tokenOf(consented))).toEqual([200]);
});
