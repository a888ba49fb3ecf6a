import { expect, test, vi } from "vitest";

/** The strictest page that the inbox promises to live on; the address of the gateway would stand in `connect-src`. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types lit-html",
].join("; ");

test("under a strict policy with trusted types it draws itself, and nothing is refused", async () => {
  const frame = document.createElement("iframe");
  const define = new URL("../src/define.ts", import.meta.url).href;
  frame.srcdoc = `<!doctype html><html lang="en"><head><title>strict</title>
    <meta http-equiv="content-security-policy" content="${POLICY}">
    <script type="module" src="${define}"></script></head>
    <body><trunkline-inbox theme="dark"></trunkline-inbox></body></html>`;
  Object.assign(frame, { width: "900", height: "600" });
  const violations: string[] = [];
  const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
  document.body.append(frame);
  await vi.waitFor(() => expect(frame.contentDocument?.querySelector("trunkline-inbox")).not.toBeNull());
  const inside = frame.contentDocument;
  inside?.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
    violations.push(`${violatedDirective} ${blockedURI} ${sample}`),
  );
  await loaded;
  const inbox = inside?.querySelector("trunkline-inbox");
  await vi.waitFor(() => expect(inbox?.shadowRoot?.textContent).toContain("This inbox is not set up yet"));
  inbox?.setAttribute("gateway", `${location.origin}/no-gateway`);
  inbox?.setAttribute("session-url", "/no-session");
  await vi.waitFor(() => expect(inbox?.shadowRoot?.querySelector("trunkline-conversation-list")).not.toBeNull());
  const view = frame.contentWindow;
  expect(inbox && view?.getComputedStyle(inbox).display).toBe("flex"); // its style sheets were taken

  // The policy is in force: the page itself cannot do what it forbids.
  const sink = inside?.createElement("div");
  expect(() => Reflect.set(sink ?? {}, "innerHTML", "<b>x</b>")).toThrow(/TrustedHTML|require/);
  const own = violations.filter((violation) => !violation.includes("innerHTML"));
  expect(own).toEqual([]);
  frame.remove();
});
