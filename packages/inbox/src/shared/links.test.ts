import { expect, test } from "vitest";
import { linkify } from "./links.ts";
import { safeHref } from "./safe-href.ts";

const links = (text: string) =>
  linkify(text)
    .filter((part) => part.kind === "link")
    .map((part) => [part.text, part.href]);

test.each([
  ["see https://example.com/a?b=c#d now", "https://example.com/a?b=c#d", "https://example.com/a?b=c#d"],
  [
    "(https://example.com/wiki/Bike_(sport))",
    "https://example.com/wiki/Bike_(sport)",
    "https://example.com/wiki/Bike_(sport)",
  ],
  ["It is at www.example.com.", "www.example.com", "https://www.example.com/"],
  ["write to ada@example.com, please", "ada@example.com", "mailto:ada@example.com"],
  ["or mailto:ada@example.com", "mailto:ada@example.com", "mailto:ada@example.com"],
  ["call tel:+14255550123!", "tel:+14255550123", "tel:+14255550123"],
  ["「https://example.jp/」です", "https://example.jp/」です", "https://example.jp/%E3%80%8D%E3%81%A7%E3%81%99"],
])("in %j the address is a link", (text, shown, href) => {
  expect(links(text)).toEqual([[shown, href]]);
});

test.each([
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:x",
  "file:///etc/passwd",
  "https://bank.example@evil.example/",
  "v1.2.zip",
  "3.14 or 10:30 or a/b",
  "http://",
])("%j stays text", (text) => {
  expect(links(text).filter(([, href]) => !href?.startsWith("mailto:"))).toEqual([]);
});

test("nothing of a text is lost or changed, whatever is in it", () => {
  const pieces = ["https://", "a.b", "(", ")", " ", "@", "www.", ".", "mailto:", "\u202e", "😀", "\n", "]", "x"];
  let seed = 7;
  for (let round = 0; round < 2000; round += 1) {
    let text = "";
    for (let index = 0; index < 12; index += 1) {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      text += pieces[seed % pieces.length];
    }
    expect(
      linkify(text)
        .map((part) => part.text)
        .join(""),
    ).toBe(text);
  }
});

test.each([
  ")".repeat(50_000),
  `https://${"a".repeat(50_000)}`,
  "a@".repeat(25_000),
  "www.".repeat(12_000),
  "[(".repeat(20_000),
])("a hostile text of %# costs little", (text) => {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    linkify(text);
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(500); // a busy machine may stop for longer than that, but not each time
});

test("only schemes on the list are followed", () => {
  expect(safeHref("HTTPS://Example.com")).toBe("https://example.com/");
  expect(safeHref(" javascript:alert(1)")).toBeNull();
  expect(safeHref("java\nscript:alert(1)")).toBeNull();
  expect(safeHref("/relative")).toBeNull();
});
