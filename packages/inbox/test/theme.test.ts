import { afterEach, expect, test } from "vitest";
import "../src/define.ts";
import type { Theme } from "../src/index.ts";

afterEach(() => {
  document.documentElement.removeAttribute("style");
  document.querySelector("trunkline-unread")?.remove();
});

/** Values of our colours as an element computes them. */
async function colours(theme: string | undefined, page: Record<string, string> = {}) {
  for (const [name, value] of Object.entries(page)) document.documentElement.style.setProperty(name, value);
  const element = document.createElement("trunkline-unread");
  element.theme = theme as Theme;
  document.body.append(element);
  await element.updateComplete;
  const probe = document.createElement("i");
  element.shadowRoot?.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--_${name})`;
    return getComputedStyle(probe).color;
  };
  const result = {
    raised: read("raised"),
    accent: read("accent"),
    own: read("own"),
    mark: read("accent-mark"),
    rowHover: read("row-hover"),
    hover: read("hover"),
  };
  element.remove();
  return result;
}

const WHITE = "rgb(255, 255, 255)";
const DARK = "rgb(41, 41, 41)";

test("a page that says nothing is a light page; one that declares a dark scheme is followed", async () => {
  expect((await colours("auto")).raised).toBe(WHITE);
  expect((await colours(undefined)).raised).toBe(WHITE);
  expect((await colours("auto", { "color-scheme": "dark" })).raised).toBe(DARK);
});

test("a theme asked for by name counts whatever the page is, and an unknown name is light", async () => {
  expect((await colours("dark")).raised).toBe(DARK);
  expect((await colours("light", { "color-scheme": "dark" })).raised).toBe(WHITE);
  expect((await colours("sepia", { "color-scheme": "dark" })).raised).toBe(WHITE);
  expect((await colours("contrast")).raised).toBe("rgb(0, 0, 0)");
});

test("our inputs go before the page's Fluent tokens, which go before ours; a named theme ignores the tokens", async () => {
  const fluent = { "--colorNeutralBackground1": "rgb(1, 2, 3)" };
  expect((await colours("auto", fluent)).raised).toBe("rgb(1, 2, 3)");
  expect((await colours("dark", fluent)).raised).toBe(DARK);
  const both = { ...fluent, "--trunkline-surface-raised": "rgb(4, 5, 6)" };
  expect((await colours("auto", both)).raised).toBe("rgb(4, 5, 6)");
  expect((await colours("dark", both)).raised).toBe("rgb(4, 5, 6)");
});

test("one line brings the page's brand to buttons, marks and own bubbles", async () => {
  const before = await colours("light");
  expect(before).toMatchObject({ accent: "rgb(91, 95, 199)", own: "rgb(232, 235, 250)" });
  const after = await colours("light", { "--trunkline-accent": "rgb(0, 100, 0)" });
  expect(after).toMatchObject({ accent: "rgb(0, 100, 0)", mark: "rgb(0, 100, 0)" });
  expect(after.own).not.toBe(before.own);
  const own = { "--trunkline-accent": "rgb(0, 100, 0)", "--trunkline-bubble-own": "rgb(7, 8, 9)" };
  expect((await colours("light", own)).own).toBe("rgb(7, 8, 9)");
});

test("what is pointed at follows a page's own surfaces, and in contrast it turns round whatever they are", async () => {
  const navy = { "--trunkline-surface": "rgb(15, 27, 37)", "--trunkline-surface-sunken": "rgb(12, 22, 31)" };
  const neutral = await colours("dark");
  expect([neutral.rowHover, neutral.hover]).toEqual(["rgb(41, 41, 41)", "rgb(51, 51, 51)"]);
  const { rowHover, hover } = await colours("dark", navy);
  for (const colour of [rowHover, hover]) {
    const [red = 0, , blue = 0] = colour.match(/[\d.]+/g)?.map(Number) ?? [];
    expect(blue, colour).toBeGreaterThan(red); // still a navy
  }
  expect((await colours("contrast", navy)).rowHover).toBe("rgb(26, 235, 255)");
});
