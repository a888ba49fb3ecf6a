import { MAX_TEXT_LENGTH } from "@trunkline/protocol";
import { afterEach, expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { hasFocus } from "../../../test/support/focus.ts";
import "../../define.ts";
import { MAX_TEXT } from "./composer.ts";

afterEach(() => document.querySelector("trunkline-composer")?.remove());

function addComposer() {
  const sent: string[] = [];
  const composer = Object.assign(document.createElement("trunkline-composer"), {
    sender: (text: string) => {
      sent.push(text);
      return Promise.reject(new Error("The test takes no text."));
    },
  });
  document.body.append(composer);
  return {
    composer,
    sent,
    field: page.getByRole("textbox", { name: "Message" }),
    send: page.getByRole("button", { name: "Send" }),
  };
}

test("the longest text is the protocol's", () => {
  expect(MAX_TEXT).toBe(MAX_TEXT_LENGTH);
});

test("what is left is told near the end, and too long a text cannot be sent", async () => {
  const { field, send, sent } = addComposer();
  await field.fill("x".repeat(MAX_TEXT - 20));
  await expect.element(page.getByText("20 characters left")).toBeVisible();
  await field.fill("x".repeat(MAX_TEXT + 1));
  await expect.element(page.getByText("1 character too many")).toBeVisible();
  await expect.element(page.getByText("11 texts", { exact: true })).toBeVisible();
  await expect.element(page.getByText(/ left$/)).not.toBeInTheDocument();
  expect(send.element().getAttribute("aria-disabled")).toBe("true");
  await send.click({ force: true });
  expect(sent).toEqual([]);
});

test("it grows with its text up to its rows, then scrolls", async () => {
  const { composer, field } = addComposer();
  await expect.element(field).toBeVisible();
  const height = () => composer.getBoundingClientRect().height;
  const empty = height();
  await field.fill("a\nb\nc");
  expect(height()).toBeGreaterThan(empty + 35);
  await field.fill("a\n".repeat(40));
  expect(height()).toBeLessThan(empty + 180);
});

test("a text that was refused stays, and white space alone is no text", async () => {
  const { field, send, sent } = addComposer();
  await field.fill("  \n ");
  expect(send.element().getAttribute("aria-disabled")).toBe("true");
  await field.fill("  keep me ");
  await send.click();
  await expect.element(field).toHaveValue("  keep me ");
  expect(sent).toEqual(["keep me"]);
});

test("what it costs is told when it matters, and a look-alike makes it plain with one click", async () => {
  const { composer, field } = addComposer();
  await field.fill("Ready at five");
  await expect.element(page.getByText(/texts? ·/)).not.toBeInTheDocument();
  await field.fill("x".repeat(161));
  await expect.element(page.getByText("2 texts · 145 characters left")).toBeVisible();
  await field.fill("It’s ready");
  await expect.element(page.getByText("1 text · 60 characters left")).toBeVisible();
  await expect.element(page.getByText(/’.* leaves room for 70 characters a text, not 160\./).first()).toBeVisible();
  await page.getByRole("button", { name: "Use a straight one" }).click();
  expect(composer.value).toBe("It's ready");
  await hasFocus(field);
  await expect.element(page.getByText("1 text · 60 characters left")).not.toBeInTheDocument();
});

test("a screen reader hears of another number of texts after a pause, and not of every key", async () => {
  const { composer, field } = addComposer();
  await field.fill("x".repeat(150));
  const told: string[] = [];
  await vi.waitFor(() => expect(composer.shadowRoot?.querySelector('[role="status"]')).not.toBeNull());
  const status = composer.shadowRoot?.querySelector('[role="status"]');
  if (!status) throw new Error("There is no live region.");
  new MutationObserver(() => told.push(status.textContent?.trim() ?? "")).observe(status, {
    childList: true,
    characterData: true,
    subtree: true,
  });
  const input = field.element() as HTMLTextAreaElement;
  for (let length = 151; length <= 165; length += 1) {
    input.value = "x".repeat(length);
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await composer.updateComplete; // no time passes, so that no key comes after a pause
  }
  await vi.waitFor(() => expect(told).toContain("2 texts, 141 characters left"));
  expect(told.length).toBeLessThanOrEqual(2);
});
