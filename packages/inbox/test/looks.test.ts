import { afterEach, expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { useDesk } from "./support/world.ts";

const desk = useDesk();
const THEMES = ["light", "dark", "contrast"] as const;

afterEach(() => {
  document.documentElement.removeAttribute("dir");
});

const LONG = "A text that is long enough to need a second line on a telephone, wherever the first one ends.";

test.each(["ltr", "rtl"] as const)(
  "the way back points back, and a name is cut where it ends, %s",
  async (direction) => {
    document.documentElement.dir = direction;
    const number = desk.number();
    await desk.sandbox.handset(number).text(desk.line(), "Where are you?");
    const contactResolver = {
      lookup: async () => ({ [number]: { name: "ليلى حداد", subtitle: "Owner of a company with a very long name" } }),
    };
    const inbox = desk.add("trunkline-inbox", { client: desk.client(), contactResolver }, desk.place("420px"));
    await inbox.open({ to: number });
    const back = page.getByRole("button", { name: "Back to conversations" });
    await expect.element(back).toBeVisible();
    expect(getComputedStyle(back.element().firstElementChild as Element).scale).toBe(
      direction === "rtl" ? "-1 1" : "none",
    );
    const subtitle = page.getByText(/^Owner of a company/);
    await expect.element(subtitle).toBeVisible();
    expect(subtitle.element().scrollWidth).toBeGreaterThan(subtitle.element().clientWidth);
    const { direction: runs, textOverflow } = getComputedStyle(subtitle.element());
    expect([runs, textOverflow]).toEqual(["ltr", "ellipsis"]);
    const shown = subtitle.element().parentElement?.querySelector(".number");
    expect(shown?.scrollWidth).toBeLessThanOrEqual(shown?.clientWidth ?? 0);
  },
);

test("on a telephone a bubble takes the room there is, and ends where others end", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), LONG);
  const inbox = desk.add("trunkline-inbox", { client: desk.client() }, desk.place("320px"));
  await inbox.open({ to: number });
  await page.getByRole("textbox", { name: /^Message to/ }).fill(LONG);
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByRole("article", { name: /Delivered$/ })).toBeVisible();
  const edges = [...page.getByRole("article").elements()].map((message) =>
    message.querySelector(".bubble")?.getBoundingClientRect(),
  );
  expect(edges).toHaveLength(2);
  for (const edge of edges) expect(edge?.width).toBeGreaterThan(200);
  expect(edges[0]?.right).toBeCloseTo(edges[1]?.right ?? 0, 0);
});

test("a row that is chosen does not look like one that is pointed at", async () => {
  await desk.sandbox.handset(desk.number()).text(desk.line(), "to be chosen");
  await desk.sandbox.handset(desk.number()).text(desk.line(), "to be pointed at");
  const inbox = desk.inbox();
  const chosen = page.getByRole("button", { name: /to be chosen/ });
  await chosen.click();
  await expect.element(chosen).toHaveAttribute("aria-current", "true");
  const pointed = page.getByRole("button", { name: /to be pointed at/ });
  for (const theme of THEMES) {
    inbox.theme = theme;
    await inbox.updateComplete;
    await userEvent.hover(pointed);
    const [marks, colors] = [
      [chosen, pointed].map((row) => getComputedStyle(row.element(), "::before").content),
      [chosen, pointed].map((row) => getComputedStyle(row.element()).backgroundColor),
    ];
    expect(marks[0], theme).not.toBe("none");
    expect(marks[1], theme).toBe("none");
    expect(colors[0], theme).not.toBe(colors[1]);
  }
});

test("in contrast, where no red tells it, a text that failed has an edge of its own", async () => {
  const number = desk.number();
  await desk.sandbox.handset(number).text(desk.line(), "Hello?");
  await desk.sandbox.carrier("sandbox").configure({ receipts: "failed", errorCode: "unreachable" });
  try {
    const inbox = desk.inbox({ theme: "contrast" });
    await inbox.open({ to: number });
    await page.getByRole("textbox", { name: /^Message to/ }).fill("Here I am");
    await userEvent.keyboard("{Enter}");
    const failed = page.getByRole("article", { name: /Not (?:sent|delivered)$/ });
    await expect.element(failed).toBeVisible();
    expect(getComputedStyle(failed.element().querySelector(".bubble") as Element).borderTopStyle).toBe("dotted");
  } finally {
    await desk.sandbox.carrier("sandbox").configure({});
  }
});

test("nobody is offered a new message who has no line to send from", async () => {
  await desk.sandbox.handset(desk.number()).text(desk.line(), "still to be read");
  const fetch: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    return new URL(request.url).pathname.endsWith("/v1/lines")
      ? Promise.resolve(Response.json({ data: [], nextCursor: null }))
      : desk.sandbox.fetch(request);
  };
  desk.add("trunkline-inbox", { client: desk.client("ada", { fetch }) });
  await expect.element(page.getByRole("button", { name: /still to be read/ })).toBeVisible();
  await expect.element(page.getByRole("button", { name: "New message" })).not.toBeInTheDocument();
});

test("whoever makes the page is told once what is missing", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  try {
    desk.add("trunkline-inbox", { gateway: "https://sms.example.com" });
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1));
    expect(warn.mock.calls[0]?.[0]).toMatch(
      /<trunkline-inbox> has no client\. It lacks .*"session-url" or .*"auth"\.$/,
    );
  } finally {
    warn.mockRestore();
  }
});
