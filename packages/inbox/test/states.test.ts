import { sessionAuth } from "@trunkline/sdk";
import { beforeAll, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { TrunklineInbox } from "../src/index.ts";
import { expectAccessible } from "./support/axe.ts";
import { useDesk } from "./support/world.ts";

const desk = useDesk();
const THEMES = ["light", "dark", "contrast"] as const;

let busy = "";
beforeAll(async () => {
  busy = desk.number();
  const phone = desk.sandbox.handset(busy);
  await phone.text(desk.line(), "See https://example.com/a-rather-long-address?with=parameters and call me");
  await phone.text(desk.line(), "👍");
  await phone.text(desk.line(), "نعم، سأكون هناك في الساعة الخامسة");
  await desk.sandbox.handset(desk.number()).text(desk.line(1), "waiting to be read");
});

/** The host application's session route, when nobody is signed in there. */
const SESSION_URL = "https://crm.example/api/trunkline/session";
const answerNobody: typeof globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  return request.url === SESSION_URL
    ? Promise.resolve(new Response(null, { status: 401 }))
    : desk.sandbox.fetch(request);
};

/** A gateway that can be taken away and given back. */
function faultyFetch() {
  const faults: { mode: "none" | "silent" | "down" | "broken" } = { mode: "none" };
  const fetch: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    if (faults.mode === "none") return desk.sandbox.fetch(request);
    if (faults.mode === "down") return Promise.reject(new TypeError("Failed to fetch"));
    if (faults.mode === "broken") {
      const body = JSON.stringify({
        type: "/problems/internal_error",
        title: "x",
        status: 500,
        code: "internal_error",
        requestId: "req_1",
      });
      return Promise.resolve(
        new Response(body, { status: 500, headers: { "content-type": "application/problem+json" } }),
      );
    }
    return new Promise((_resolve, reject) =>
      request.signal.addEventListener("abort", () => reject(request.signal.reason)),
    );
  };
  return { fetch, faults };
}

/** Sees the element in every theme, wide and narrow. */
async function seeEverywhere(element: TrunklineInbox, isThere: () => Promise<unknown>): Promise<void> {
  for (const layout of ["wide", "narrow"] as const) {
    for (const theme of THEMES) {
      Object.assign(element, { layout, theme });
      await element.updateComplete;
      await isThere();
      await expectAccessible(element);
    }
  }
}

test("not connected: the page's author is told what is missing", async () => {
  const inbox = desk.add("trunkline-inbox");
  await seeEverywhere(inbox, () => expect.element(page.getByText("This inbox is not set up yet")).toBeVisible());
});

test("loading: skeletons, and one quiet word for screen readers", async () => {
  const { fetch, faults } = faultyFetch();
  faults.mode = "silent";
  const inbox = desk.add("trunkline-inbox", { client: desk.client("ada", { fetch }) });
  await seeEverywhere(inbox, () => expect.element(page.getByText("Loading conversations")).toBeInTheDocument());
  expect(
    inbox.shadowRoot?.querySelector("trunkline-conversation-list")?.shadowRoot?.querySelector(".stencil"),
  ).not.toBeNull();
});

test("conversations to choose from, none chosen", async () => {
  const inbox = desk.inbox();
  await seeEverywhere(inbox, () =>
    expect.element(page.getByRole("button", { name: /waiting to be read/ })).toBeVisible(),
  );
});

test("a conversation, with links, emoji, right-to-left text, and what was sent", async () => {
  const inbox = desk.inbox();
  await inbox.open({ conversationId: (await conversationWith(busy)).id });
  await page.getByRole("textbox", { name: /^Message to/ }).fill("On my way");
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByRole("article", { name: /Delivered$/ })).toBeVisible();
  await seeEverywhere(inbox, () =>
    expect.element(page.getByRole("link", { name: /example\.com/ })).toBeInTheDocument(),
  );
  const link = page.getByRole("link", { name: /example\.com/ }).element();
  expect(link.getAttribute("rel")).toContain("noopener");
  expect(link.textContent.trim()).toBe("https://example.com/a-rather-long-address?with=parameters");
  expect(link.querySelectorAll("wbr")).toHaveLength(3);
});

test("a new message", async () => {
  const inbox = desk.inbox();
  await inbox.open({ to: "+14255550123" });
  await seeEverywhere(inbox, () => expect.element(page.getByRole("heading", { name: "New message" })).toBeVisible());
});

test("nothing yet: what will appear here, and a way to begin", async () => {
  const inbox = desk.add("trunkline-inbox", { client: desk.client(), record: "crm:account:nobody" });
  await seeEverywhere(inbox, () => expect.element(page.getByText("No conversations yet")).toBeVisible());
  inbox.layout = "wide";
  await expect.element(page.getByRole("heading", { name: "Messages", exact: true })).toBeVisible();
  await expect.element(page.getByText("Start a conversation")).toBeVisible();
});

test("nothing unread", async () => {
  const inbox = desk.add("trunkline-inbox", { client: desk.client(), record: "crm:account:nobody" });
  await page.getByRole("button", { name: "Unread" }).click();
  await seeEverywhere(inbox, () => expect.element(page.getByText("You're all caught up")).toBeVisible());
});

test("an error that leaves nothing to show names the request, and can be tried again", async () => {
  const { fetch, faults } = faultyFetch();
  faults.mode = "broken";
  const inbox = desk.add("trunkline-inbox", { client: desk.client("ada", { fetch }) });
  await seeEverywhere(inbox, () => expect.element(page.getByText("Messages can't be loaded")).toBeVisible());
  await page.getByRole("button", { name: "Try again" }).click();
  faults.mode = "none"; // from here on it heals by itself as well
  await expect.element(page.getByRole("button", { name: /waiting to be read/ })).toBeVisible();
});

test("the connection goes away: what is there stays, a bar says so, and a text waits to be sent", async () => {
  const { fetch, faults } = faultyFetch();
  const client = desk.client("ada", { fetch, events: { shared: false, silenceMs: 400 } });
  const inbox = desk.add("trunkline-inbox", { client });
  await inbox.open({ conversationId: (await conversationWith(busy)).id });
  await expect.element(page.getByText("👍")).toBeVisible();
  faults.mode = "down";
  await expect.element(page.getByRole("button", { name: "Try now" })).toBeVisible();
  await seeEverywhere(inbox, () => expect.element(page.getByText(/^Connection lost/).first()).toBeInTheDocument());
  await page.getByRole("textbox", { name: /^Message to/ }).fill("from the tunnel");
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByRole("article", { name: /^You, .*Sending$/ })).toBeVisible();
  faults.mode = "none"; // it comes back by itself; the button only hurries it
  await vi.waitFor(() => expect(desk.sandbox.handset(busy).messages().at(-1)?.text).toBe("from the tunnel"));
  await expect.element(page.getByRole("button", { name: "Try now" })).not.toBeInTheDocument();
});

test("nobody is signed in: said once to the page, and asked for in place", async () => {
  const told = vi.fn();
  const inbox = desk.add("trunkline-inbox", {
    client: desk.client("ada", { auth: sessionAuth(SESSION_URL), fetch: answerNobody, onError: () => undefined }),
  });
  inbox.addEventListener("trunkline-sign-in-needed", told);
  await seeEverywhere(inbox, () => expect.element(page.getByText("Sign in to see your messages")).toBeVisible());
  expect(told).toHaveBeenCalledTimes(1);
});

test("a conversation that is gone", async () => {
  const inbox = desk.inbox({ conversationId: "conv_00000000000000000000000000" });
  await seeEverywhere(inbox, () => expect.element(page.getByText("This conversation is not available")).toBeVisible());
});

test.each([320, 480, 768, 1024, 1440])(
  "nothing overflows at %i pixels, nor with text twice as large",
  async (width) => {
    await page.viewport(1440, 800);
    const place = desk.place(`${width}px`);
    for (const zoom of [1, 2]) {
      place.style.zoom = String(zoom);
      place.style.inlineSize = `${width / zoom}px`;
      const inbox = desk.add("trunkline-inbox", { client: desk.client() }, place);
      await inbox.open({ conversationId: (await conversationWith(busy)).id });
      await expect.element(page.getByText("👍")).toBeVisible();
      for (const element of everything(inbox)) {
        const { overflowX } = getComputedStyle(element);
        if (overflowX !== "visible" && !element.matches(".visually-hidden")) {
          if (getComputedStyle(element).textOverflow !== "ellipsis") {
            expect(element.scrollWidth, element.className).toBeLessThanOrEqual(element.clientWidth + 1);
          }
        }
      }
      const outer = inbox.getBoundingClientRect();
      for (const button of everything(inbox).filter((element) =>
        element.matches("button, a, select, textarea, input"),
      )) {
        if (!button.checkVisibility()) continue;
        const { left, right, height } = button.getBoundingClientRect();
        expect(left).toBeGreaterThanOrEqual(outer.left - 1);
        expect(right, button.textContent ?? "").toBeLessThanOrEqual(outer.right + 1);
        if (!button.matches("p a")) expect(height / zoom).toBeGreaterThanOrEqual(24);
      }
      inbox.remove();
    }
  },
);

function everything(root: Element): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (const element of root.shadowRoot?.querySelectorAll<HTMLElement>("*") ?? [])
    found.push(element, ...everything(element));
  return found;
}

async function conversationWith(number: string) {
  for await (const conversation of desk.client().conversations.list()) {
    if (conversation.participants.some((participant) => participant.number === number)) return conversation;
  }
  throw new Error(`No conversation with ${number}.`);
}
