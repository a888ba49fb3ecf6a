import type { Consent } from "@trunkline/sdk";
import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import "../src/consent.ts";
import type { TrunklineConsent } from "../src/consent.ts";
import { expectAccessible } from "./support/axe.ts";
import { CONSENTS } from "./support/consents.ts";
import { hasFocus } from "./support/focus.ts";
import { useDesk } from "./support/world.ts";

const desk = useDesk();
const THEMES = ["light", "dark", "contrast"] as const;
const LINK = "https://sms.example.com/connect/0123456789abcdef";

/** The gateway's answers about consent, as a test sets them; everything else is the real gateway's. */
function answering(consent: Consent) {
  const told: { calls: string[]; consent: Consent; refusal: object | null } = { calls: [], consent, refusal: null };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/v1/consent")) return desk.sandbox.fetch(request);
    const body = request.method === "GET" ? "" : ` ${await request.text()}`;
    told.calls.push(`${request.method} ${pathname}${body}`);
    if (told.refusal !== null) {
      const headers = { "content-type": "application/problem+json" };
      return new Response(JSON.stringify(told.refusal), { status: 409, headers });
    }
    const expiresAt = new Date(Date.now() + 7 * 86_400_000).toISOString();
    if (pathname.endsWith("/connect")) return Response.json({ url: "https://login.example/authorize", expiresAt });
    if (pathname.endsWith("/admin-requests")) {
      return Response.json({ url: LINK, text: `Please approve it: ${LINK}`, expiresAt });
    }
    if (pathname.endsWith("/disconnect")) return new Response(null, { status: 204 });
    return Response.json(told.consent);
  };
  return { told, fetch };
}

function shown(consent: Consent, properties: Partial<TrunklineConsent> = {}, user = "ada") {
  const { told, fetch } = answering(consent);
  const client = desk.client(user, { fetch, onError: () => undefined });
  const element = desk.add("trunkline-consent", { client, ...properties });
  return { told, client, element };
}

test.each<[keyof typeof CONSENTS, string, RegExp | null]>([
  ["granted", "Microsoft 365 is connected", null],
  ["first", "Connect to Microsoft 365", /^Connect$/],
  ["declined", "You declined what Microsoft asked for", /^Connect$/],
  ["needsAdmin", "An administrator has to approve", /^Get a link for your administrator$/],
  ["more", "1 feature waits for an administrator", /^Get a link for your administrator$/],
  ["revoked", "Access to Microsoft 365 was taken back", /^Reconnect$/],
  ["expired", "Your connection to Microsoft 365 has ended", /^Reconnect$/],
  ["policy", "Microsoft 365 needs your attention", /^Check again$/],
  ["operator", "Microsoft 365 needs your attention", /^Check again$/],
  ["team", "The app has to be updated in Teams", /^Check again$/],
  ["suspended", "Microsoft 365 is paused for your organisation", null],
  ["nothing", "Nothing of Microsoft 365 is used here", null],
])("%s: it says what is the matter, and offers the one thing to do", async (name, title, action) => {
  const consent: Consent = CONSENTS[name];
  const { element } = shown(consent);
  await expect.element(page.getByText(title)).toBeVisible();
  if (consent.next.who !== "nobody" && consent.features.length > 0 && consent.tenant?.state !== "suspended") {
    await expect.element(page.getByText(consent.next.words)).toBeVisible();
  }
  if (action === null) expect(element.shadowRoot?.querySelector(".actions")).toBeNull();
  else await expect.element(page.getByRole("button", { name: action })).toBeVisible();
  for (const theme of THEMES) {
    element.theme = theme;
    await element.updateComplete;
    await expectAccessible(element);
  }
});

test("who looks closer reads what is asked for and why, feature by feature", async () => {
  const { element } = shown(CONSENTS.more);
  const read = (selector: string) =>
    [...(element.shadowRoot?.querySelectorAll(selector) ?? [])].map((one) =>
      one.textContent?.replace(/\s+/g, " ").trim(),
    );
  await vi.waitFor(() => expect(read(".feature-state")).toEqual(["Works", "Waits for an administrator"]));
  expect(read("summary")).toEqual(["Asks for 1 permission"]);
  expect(read(".permission")).toEqual([
    "Follows colleagues' names, phone numbers and licences as they change. An administrator must approve it. User.Read.All",
  ]);
});

test("while it is paused, nothing is said to work", async () => {
  const { element } = shown(CONSENTS.suspended);
  const state = () => element.shadowRoot?.querySelector(".feature-state")?.textContent?.trim();
  await vi.waitFor(() => expect(state()).toBe("Paused"));
});

test("only the features that a page asks for count", async () => {
  const { element } = shown(CONSENTS.more, { features: ["messaging"] });
  await expect.element(page.getByText("Microsoft 365 is connected")).toBeVisible();
  element.setAttribute("features", "directory, presence_read");
  await expect.element(page.getByText("An administrator has to approve")).toBeVisible();
  await expect.element(page.getByText("Sign-in with Microsoft")).not.toBeInTheDocument();
});

/** Stands for the window that a click opens: a real one would take the focus from the page under test. */
function aWindow() {
  const popup = { closed: false, opener: null, close: vi.fn(), resizeTo: vi.fn(), location: { replace: vi.fn() } };
  const opened = vi.spyOn(globalThis, "open").mockReturnValue(popup as unknown as Window);
  return { popup, opened };
}

test("connecting by keyboard opens Microsoft's window, waits, and shows by itself what came of it", async () => {
  const { popup, opened } = aWindow();
  const { told, element } = shown(CONSENTS.first);
  const heard: Consent[] = [];
  element.addEventListener("trunkline-consent", ({ detail }) => heard.push(detail.consent));
  const connect = page.getByRole("button", { name: "Connect" });
  await expect.element(connect).toBeVisible();
  (connect.element() as HTMLElement).focus();
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByText("Finish in the window of Microsoft")).toBeVisible();
  await expectAccessible(element);
  expect(opened).toHaveBeenCalledOnce();
  await vi.waitFor(() => expect(popup.location.replace).toHaveBeenCalledWith("https://login.example/authorize"));
  told.consent = CONSENTS.granted;
  await expect.element(page.getByText("Microsoft 365 is connected")).toBeVisible();
  await expect.element(page.getByText(/^Ada Okafor, connected on /)).toBeVisible();
  await vi.waitFor(() => expect(heard.at(-1)?.state).toBe("granted"));
  expect(told.calls).toContain("POST /v1/consent/connect {}");
  opened.mockRestore();
});

test("a window that the browser keeps shut is explained, with a way around it", async () => {
  const opened = vi.spyOn(globalThis, "open").mockReturnValue(null);
  const { element } = shown(CONSENTS.first);
  await page.getByRole("button", { name: "Connect" }).click();
  const read = (selector: string) => element.shadowRoot?.querySelector(selector)?.textContent?.trim();
  await vi.waitFor(() => expect(read(".trouble")).toMatch(/^Your browser blocked the window/));
  opened.mockRestore();
  expect(read(".actions .button:not(.primary)")).toBe("Continue in this window");
  await expectAccessible(element);
});

test("somebody who gives up is back where they were", async () => {
  const { opened } = aWindow();
  const { element } = shown(CONSENTS.first);
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect.element(page.getByRole("button", { name: "Connect" })).toBeVisible();
  expect(element.shadowRoot?.querySelector(".trouble")).toBeNull();
  opened.mockRestore();
});

test("an administrator gets a link and words, which go on once they are copied", async () => {
  const { told, element } = shown(CONSENTS.needsAdmin, { features: ["directory"] });
  const copied = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
  await page.getByRole("button", { name: "Get a link for your administrator" }).click();
  const link = page.getByLabelText("Link for your administrator");
  await hasFocus(link);
  await expect.element(link).toHaveValue(LINK);
  expect(told.calls).toContain('POST /v1/consent/admin-requests {"features":["directory"]}');
  await page.getByRole("button", { name: "Copy message" }).click();
  await expect.element(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(copied).toHaveBeenCalledWith(`Please approve it: ${LINK}`);
  await expectAccessible(element);
  copied.mockRestore();
});

test("disconnecting asks first; the organisation is disconnected only by who may", async () => {
  const { told } = shown(CONSENTS.granted);
  await page.getByRole("button", { name: "Disconnect", exact: true }).click();
  await expect.element(page.getByText("Disconnect your Microsoft account?")).toBeVisible();
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.getByRole("button", { name: "Disconnect the organisation" }).click();
  await expect.element(page.getByText("Disconnect the whole organisation?")).toBeVisible();
  expect(told.calls.filter((call) => call.startsWith("POST"))).toEqual([]);
  await page.getByRole("button", { name: "Disconnect the organisation" }).click();
  await vi.waitFor(() => expect(told.calls).toContain('POST /v1/consent/disconnect {"of":"tenant"}'));
});

test("who may not change the organisation's settings is not offered to disconnect it", async () => {
  shown(CONSENTS.granted, {}, "dana");
  await expect.element(page.getByRole("button", { name: "Disconnect", exact: true })).toBeVisible();
  await expect.element(page.getByRole("button", { name: "Disconnect the organisation" })).not.toBeInTheDocument();
});

test("a gateway without a registration says who can help", async () => {
  const { told, element } = shown(CONSENTS.granted);
  told.refusal = { code: "microsoft_not_set_up", status: 409, title: "x", type: "/problems/x", requestId: "r" };
  const again = desk.add("trunkline-consent", {
    client: desk.client("ada", { fetch: answeringAs(told), onError: () => undefined }),
  });
  element.remove();
  await expect.element(page.getByText("Microsoft 365 is not set up here")).toBeVisible();
  await expectAccessible(again);
});

/** The same refusal for another client. */
function answeringAs({ refusal }: { refusal: object | null }): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    if (!new URL(request.url).pathname.startsWith("/v1/consent")) return desk.sandbox.fetch(request);
    const headers = { "content-type": "application/problem+json" };
    return new Response(JSON.stringify(refusal), { status: 409, headers });
  };
}
