import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import type { ConnectOptions, Consent, ConsentState, MicrosoftFeature } from "../src/index.ts";
import { outcomeOf, startClient, type World, watchNow } from "./client.ts";
import { json, problem, type SeenCall, USER } from "./fake-gateway.ts";
import { settle } from "./test-clock.ts";

const LINK = "https://login.test/authorize?state=1";
const NEXT = { code: "connect", who: "user", words: "Connect your Microsoft account." } as const;

// What a bundle fetches once is fetched before the clock is looked at.
beforeAll(() => import("../src/resources/parts/calls.ts"));

function consentOf(states: Record<string, ConsentState>, connectedAt: string | null): Consent {
  return {
    state: "can_grant",
    next: NEXT,
    features: Object.entries(states).map(([feature, state]) => ({
      feature: feature as MicrosoftFeature,
      state,
      missing: [],
      next: NEXT,
    })),
    tenant: null,
    connection:
      connectedAt === null
        ? null
        : {
            account: { objectId: "11111111-1111-4111-8111-111111111111", name: "Ada" },
            connectedAt,
            endsAt: null,
          },
  };
}

const BEFORE = consentOf({ messaging: "can_grant", mail: "needs_admin" }, null);
const AFTER = consentOf({ messaging: "granted", mail: "needs_admin" }, "2026-11-02T09:05:00Z");

interface Desk extends World {
  /** Sets what `GET /v1/consent` answers and tells everybody. */
  change(consent: Consent): void;
  /** What `GET /v1/consent` answers from now on, without an event. */
  answer: Response | Consent | null;
  reads(): number;
}

function startDesk(consent = BEFORE): Desk {
  const world = startClient();
  const { gateway } = world;
  const desk: Desk = {
    ...world,
    answer: consent,
    change(next) {
      desk.answer = next;
      gateway.emit("consent.changed", { userId: USER });
    },
    reads: () => gateway.callsTo("GET", "/v1/consent").length,
  };
  gateway.meddle = ({ path }: SeenCall) => {
    if (path === "/v1/consent/connect") return json({ url: LINK, expiresAt: "2026-11-02T09:10:00Z" }, 201);
    if (path !== "/v1/consent") return undefined;
    return desk.answer instanceof Response ? desk.answer.clone() : json(desk.answer);
  };
  return desk;
}

/** A page with a window that opens, or does not, and where the person is. */
function standInForPage({ isBlocked = false } = {}) {
  const popup = {
    closed: false,
    opener: {} as unknown,
    address: "",
    resizeTo: vi.fn(),
    location: {
      replace(url: string) {
        popup.address = url;
      },
    },
    close: vi.fn(() => {
      popup.closed = true;
    }),
  };
  const page = { isInFront: false, popup, assigned: [] as string[], opened: vi.fn(() => (isBlocked ? null : popup)) };
  vi.stubGlobal("open", page.opened);
  vi.stubGlobal("document", { hasFocus: () => page.isInFront });
  vi.stubGlobal("location", { href: "https://crm.test/inbox", assign: (url: string) => page.assigned.push(url) });
  onTestFinished(() => void vi.unstubAllGlobals());
  return page;
}

function connecting(options: Partial<ConnectOptions> = {}, desk = startDesk()) {
  const page = standInForPage();
  return { desk, page, outcome: outcomeOf(desk.trunkline.consent.connect({ mode: "popup", ...options })) };
}

test("consent is followed: events have it read again, several at one time once", async () => {
  const desk = startDesk();
  const consent = desk.trunkline.consent.live();
  const seen = await watchNow(consent);
  expect(consent.getSnapshot()).toMatchObject({ status: "ready", data: { connection: null } });
  const before = consent.getSnapshot().data;
  desk.gateway.batch(() => {
    for (let times = 0; times < 5; times += 1) desk.gateway.emit("consent.changed", { userId: null });
  });
  await settle();
  expect(desk.reads()).toBe(2);
  expect(consent.getSnapshot().data).toBe(before); // nothing has changed after all
  desk.change(AFTER);
  await desk.clock.advance(2_000);
  expect(desk.reads()).toBe(3);
  expect(consent.getSnapshot().data).toEqual(AFTER);
  expect(seen.at(-1)).toBe(consent.getSnapshot());
});

test("a gateway without Microsoft 365 is told as an error, not as nothing", async () => {
  const desk = startDesk();
  desk.answer = problem(409, "microsoft_not_set_up");
  const consent = desk.trunkline.consent.live();
  await watchNow(consent);
  expect(consent.getSnapshot()).toMatchObject({ status: "error", error: { code: "microsoft_not_set_up" } });
});

test("the popup opens before anything is waited for, is led to Microsoft's page, and closed once all is done", async () => {
  const { desk, page, outcome } = connecting({ features: ["messaging"], returnTo: "https://crm.test/done" });
  expect(page.opened).toHaveBeenCalledOnce();
  expect(desk.gateway.calls).toHaveLength(0);
  await desk.clock.advance(3_000);
  expect(page.popup).toMatchObject({ address: LINK, opener: null });
  const [posted] = desk.gateway.callsTo("POST", "/v1/consent/connect");
  expect(posted?.body).toEqual({ features: ["messaging"], returnTo: "https://crm.test/done" });
  desk.change(AFTER);
  await settle();
  expect(outcome.value).toEqual(AFTER);
  expect(page.popup.close).toHaveBeenCalled();
  expect(desk.clock.pending).toBeLessThan(5);
});

test("it is noticed within five seconds when events do not arrive", async () => {
  const { desk, outcome } = connecting();
  await desk.clock.advance(10_000);
  desk.answer = AFTER;
  await desk.clock.advance(5_000);
  expect(outcome.value).toEqual(AFTER);
});

test("what was granted before is no answer; connecting anew, or the rest being granted, is", async () => {
  const { desk, outcome } = connecting({}, startDesk(AFTER));
  desk.change({ ...AFTER, state: "declined" });
  await desk.clock.advance(60_000);
  expect(outcome).toEqual({});
  const all = consentOf({ messaging: "granted", mail: "granted" }, AFTER.connection?.connectedAt ?? null);
  desk.change(all);
  await settle();
  expect(outcome.value).toEqual(all);
});

test("whoever comes back without having connected is told so within seconds, and may try again", async () => {
  const { desk, page, outcome } = connecting();
  await desk.clock.advance(20_000);
  page.popup.closed = true;
  page.isInFront = true;
  await desk.clock.advance(4_000);
  expect(outcome.error).toMatchObject({ code: "popup_closed", retryable: false });
});

test("a popup that only looks closed, as pages with an opener policy make it, is waited for", async () => {
  const { desk, page, outcome } = connecting();
  await desk.clock.advance(2_000);
  page.popup.closed = true;
  await desk.clock.advance(240_000);
  expect(outcome).toEqual({});
  page.isInFront = true; // and is closed by the person at the very moment when all is done
  await desk.clock.advance(1_000);
  desk.answer = AFTER;
  await desk.clock.advance(1_000);
  expect(outcome.value).toEqual(AFTER);
});

test("a blocked popup rejects, and nothing is asked for", async () => {
  const desk = startDesk();
  const page = standInForPage({ isBlocked: true });
  const { error } = await settled(outcomeOf(desk.trunkline.consent.connect({ mode: "popup" })));
  expect(error).toMatchObject({ code: "popup_blocked" });
  expect(page.opened).toHaveBeenCalledOnce();
  expect(desk.gateway.calls).toHaveLength(0);
});

const aborter = new AbortController();

test.each<[string, string, Partial<ConnectOptions>, (desk: Desk) => Promise<void>]>([
  ["after ten minutes", "timeout", {}, ({ clock }) => clock.advance(600_000)],
  ["after the caller's own time", "timeout", { timeoutMs: 5_000 }, ({ clock }) => clock.advance(5_000)],
  ["when the caller says so", "aborted", { signal: aborter.signal }, async () => aborter.abort()],
  ["when the client is closed", "closed", {}, ({ trunkline }) => trunkline.close()],
  ["when somebody else signs in", "signed_out", {}, somebodyElse],
])("the wait ends %s, and the popup with it", async (_, code, options, end) => {
  const { desk, page, outcome } = connecting(options);
  await desk.trunkline.me.get();
  await desk.clock.advance(1_500);
  expect(outcome).toEqual({});
  await end(desk);
  await settle();
  expect(outcome.error).toMatchObject({ code });
  expect(page.popup.close).toHaveBeenCalled();
});

async function somebodyElse({ gateway, trunkline }: Desk): Promise<void> {
  gateway.userId = "usr_00000000000000000000000002";
  await trunkline.me.get();
}

test("a refusal of the gateway closes the popup and is the error", async () => {
  const desk = startDesk();
  const { page, outcome } = connecting({}, desk);
  desk.gateway.meddle = ({ path }) => (path === "/v1/me" ? undefined : problem(403, "tenant_not_connected"));
  await settle();
  expect(outcome.error).toMatchObject({ code: "tenant_not_connected", status: 403 });
  expect(page.popup.close).toHaveBeenCalled();
});

test("a gateway that is away for a while does not end the wait", async () => {
  const { desk, outcome } = connecting();
  await desk.clock.advance(2_000);
  const { meddle } = desk.gateway;
  desk.gateway.meddle = () => problem(503, "unavailable");
  await desk.clock.advance(60_000);
  expect(outcome).toEqual({});
  desk.gateway.meddle = meddle;
  desk.answer = AFTER;
  await desk.clock.advance(20_000);
  expect(outcome.value).toEqual(AFTER);
});

test("redirect leads this page there, and back to it", async () => {
  const desk = startDesk();
  const page = standInForPage();
  const outcome = outcomeOf(desk.trunkline.consent.connect({ mode: "redirect" }));
  await settle();
  expect(page.opened).not.toHaveBeenCalled();
  expect(page.assigned).toEqual([LINK]);
  const [posted] = desk.gateway.callsTo("POST", "/v1/consent/connect");
  expect(posted?.body).toEqual({ returnTo: "https://crm.test/inbox" });
  await desk.clock.advance(600_000);
  expect(outcome.error).toMatchObject({ code: "timeout" }); // the page is still here: somebody stopped it
});

test("without a page there is nothing to open, and the address can be had", async () => {
  const { trunkline } = startDesk();
  await expect(trunkline.consent.connect({ mode: "redirect" })).rejects.toMatchObject({ code: "invalid_options" });
  await expect(trunkline.consent.link({ features: ["mail"] })).resolves.toMatchObject({ url: LINK });
});

/** What has an end by now. */
async function settled<Outcome>(outcome: Outcome): Promise<Outcome> {
  await settle();
  return outcome;
}
