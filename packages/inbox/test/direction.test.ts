import { afterEach, expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { useDesk } from "./support/world.ts";

const desk = useDesk();

afterEach(() => {
  document.documentElement.removeAttribute("dir");
});

test.each(["ltr", "rtl"] as const)("a row's time ends where its count ends, %s", async (direction) => {
  document.documentElement.dir = direction;
  await desk.sandbox.handset(desk.number()).text(desk.line(), `Written ${direction}`);
  desk.inbox();
  const row = page.getByRole("button", { name: new RegExp(`Written ${direction}`) });
  await expect.element(row).toBeVisible();
  const edge = (selector: string) => {
    const box = row.element().querySelector(selector)?.getBoundingClientRect();
    return direction === "rtl" ? box?.left : box?.right;
  };
  await vi.waitFor(() => expect(edge("time")).toBeCloseTo(edge(".count") ?? Number.NaN, 0));
});
