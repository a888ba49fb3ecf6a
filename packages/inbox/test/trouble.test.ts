import type { Clock } from "@trunkline/sdk";
import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { expectAccessible } from "./support/axe.ts";
import { useDesk } from "./support/world.ts";

const desk = useDesk();

/** Time does not pass for a client that has this: what it does, it does at once. */
const standingClock: Clock = { now: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined };

/** A gateway that refuses, or cannot be reached, for as long as the test says so. */
function faulty(isFaulty: (path: string) => boolean, fail: () => Promise<Response>) {
  const faults = { on: true };
  const fetch: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    return faults.on && isFaulty(new URL(request.url).pathname) ? fail() : desk.sandbox.fetch(request);
  };
  return { fetch, faults };
}

const refused = async (extra: object = {}) =>
  new Response(
    JSON.stringify({
      type: "/problems/forbidden",
      title: "x",
      status: 403,
      code: "forbidden",
      requestId: "r",
      ...extra,
    }),
    { status: 403, headers: { "content-type": "application/problem+json" } },
  );

test.each([
  ["everywhere", () => true],
  ["on the stream and the list", (path: string) => /events|conversations$/.test(path)],
])("refused %s: it is said at once who may not see what, and who can help", async (_where, isFaulty) => {
  const { fetch, faults } = faulty(isFaulty, () => refused({ allowedRoles: ["owner", "admin"] }));
  const client = desk.client("ada", { fetch, onError: () => undefined, platform: { clock: standingClock } });
  const inbox = desk.add("trunkline-inbox", { client });
  await expect.element(page.getByText("You can't see these conversations")).toBeVisible();
  await expect.element(page.getByText(/somebody who is owner or admin/)).toBeVisible();
  await expectAccessible(inbox);
  await desk.sandbox.handset(desk.number()).text(desk.line(), "granted");
  faults.on = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await expect.element(page.getByRole("button", { name: /granted/ }).first()).toBeVisible();
});

test("a suspended user is told that, and not that they lack a right", async () => {
  const { fetch } = faulty(
    () => true,
    () => refused({ code: "suspended" }),
  );
  const inbox = desk.add("trunkline-inbox", { client: desk.client("ada", { fetch, onError: () => undefined }) });
  await expect.element(page.getByText("Your account is suspended")).toBeVisible();
  await expect.element(page.getByText("Reference r", { exact: true })).toBeVisible();
  await expect.element(page.getByTitle("suspended")).toBeVisible(); // for developers, not for eyes
  await expectAccessible(inbox);
});

/** A thread of somebody who wrote, in an inbox whose texts get an answer of ours while `faults.on`. */
async function refusing(answer: () => Promise<Response>) {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "Anybody there?");
  const { fetch, faults } = faulty((path) => path.endsWith("/messages"), answer);
  const onlyPosts: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    return request.method === "POST" ? fetch(request) : desk.sandbox.fetch(request);
  };
  const client = desk.client("ada", { fetch: onlyPosts, onError: () => undefined });
  const inbox = desk.add("trunkline-inbox", { client, layout: "wide" });
  await inbox.open({ to: number });
  const field = page.getByRole("textbox", { name: /^Message to/ });
  await expect.element(field).toBeVisible();
  await field.fill("We are here");
  await userEvent.keyboard("{Enter}");
  return { inbox, faults, number, text: page.getByRole("article", { name: /^You, / }) };
}

test("a text that is told to wait says why, and goes by itself", async () => {
  const { inbox, faults, text, number } = await refusing(async () => {
    const answer = await refused({ code: "rate_limited", status: 429 });
    return new Response(answer.body, {
      status: 429,
      headers: { ...Object.fromEntries(answer.headers), "retry-after": "3" },
    });
  });
  await expect.element(text.getByText("Too many texts at once. This one goes by itself in a moment.")).toBeVisible();
  await expectAccessible(inbox);
  faults.on = false;
  await vi.waitFor(() => expect(desk.sandbox.handset(number).messages().at(-1)?.text).toBe("We are here"));
});

test("a text that only an administrator can help is not offered again; the list shows it, and it can be removed", async () => {
  const { inbox, text } = await refusing(() => refused({ code: "line_not_assigned" }));
  await expect.element(text.getByText(/^This line is not assigned to you/)).toBeVisible();
  await expect.element(text.getByRole("button", { name: "Send again" })).not.toBeInTheDocument();
  const row = page.getByRole("button", { name: /Not sent You: We are here/ });
  await expect.element(row).toBeVisible();
  await expectAccessible(inbox);
  await text.getByRole("button", { name: "Remove" }).click();
  await expect.element(text).not.toBeInTheDocument();
  await expect.element(page.getByRole("button", { name: /Anybody there\?/ }).first()).toBeVisible();
});

test("a gateway that was never there is not reconnected to: it cannot be reached, and then it is there", async () => {
  const { fetch, faults } = faulty(
    () => true,
    () => Promise.reject(new TypeError("Failed to fetch")),
  );
  await desk.sandbox.handset(desk.number()).text(desk.line(), "there after all");
  const inbox = desk.add("trunkline-inbox", { client: desk.client("ada", { fetch, onError: () => undefined }) });
  await expect.element(page.getByText("The messaging service can't be reached")).toBeVisible();
  await expect.element(page.getByText(/^(Reconnecting|Connection lost)/)).not.toBeInTheDocument();
  await expectAccessible(inbox);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect.element(page.getByText("The messaging service can't be reached")).toBeVisible(); // it does not come and go
  faults.on = false; // from here on it heals by itself
  await expect.element(page.getByRole("button", { name: /there after all/ })).toBeVisible();
});

test("where the stream is not let through, the pages are shown, and it is said that nothing is live", async () => {
  const { fetch } = faulty(
    (path) => path.endsWith("/events"),
    () => Promise.reject(new TypeError("Failed to fetch")),
  );
  await desk.sandbox.handset(desk.number()).text(desk.line(), "by pages alone");
  desk.add("trunkline-inbox", { client: desk.client("ada", { fetch, onError: () => undefined }) });
  await expect.element(page.getByRole("button", { name: /by pages alone/ })).toBeVisible();
  await expect.element(page.getByText(/^(No live updates|Connecting)/).first()).toBeInTheDocument();
});

test("a browser that has lost the network says so at once, and no more when it is back", async () => {
  await desk.sandbox.handset(desk.number()).text(desk.line(), "in the tunnel");
  const inbox = desk.inbox();
  await expect.element(page.getByRole("button", { name: /in the tunnel/ })).toBeVisible();
  const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  try {
    dispatchEvent(new Event("offline"));
    await expect.element(page.getByText(/^You're offline\./)).toBeVisible();
    await expectAccessible(inbox);
  } finally {
    online.mockRestore();
  }
  dispatchEvent(new Event("online"));
  await expect.element(page.getByText(/^You're offline\./)).not.toBeInTheDocument();
});

test("messages of an older gateway, which does not know all that this one tells, are shown plainly", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "from the past");
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const answer = await desk.sandbox.fetch(request);
    if (!request.url.includes("/messages")) return answer;
    const body = (await answer.text()).replaceAll(/"(?:carrierStatus|held|sendAt|templateId)":[^,}]*,?/g, "");
    return new Response(body, answer);
  };
  const inbox = desk.add("trunkline-inbox", { client: desk.client("ada", { fetch }) });
  await inbox.open({ to: number });
  const message = page.getByRole("article", { name: /555/ });
  await expect.element(message.getByText("from the past", { exact: true })).toBeVisible();
  expect(message.element().querySelector(".failure, .waiting")).toBeNull();
});
