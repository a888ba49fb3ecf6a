import { MAX_TEXT_LENGTH } from "@trunkline/protocol";
import { afterEach, expect, test } from "vitest";
import { page } from "vitest/browser";
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
