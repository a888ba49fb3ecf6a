import { describe, expect, test } from "vitest";
import { createDemoApp, type DemoAppParts } from "./app.ts";
import { type PageFile, pagesIn } from "./page-files.ts";

const ORIGIN = "http://127.0.0.1:4000";
const LINES = {
  desk: { id: "line_01" as const, number: "+12065550100", name: "Front desk" },
  workshop: { id: "line_02" as const, number: "+12065550101", name: "Workshop" },
};

function parts(more: Partial<DemoAppParts> = {}): DemoAppParts {
  return {
    gatewayUrl: "http://127.0.0.1:8080",
    files: new Map<string, PageFile>([
      ["/", { type: "text/html; charset=utf-8", content: `<a href="https://sms.example.com">` }],
    ]),
    stage: {
      lines: LINES,
      session: async (staff) => ({ token: `tls_${staff}`, expiresAt: "2026-11-22T18:00:00.000Z" }),
    },
    world: { text: async () => undefined, follow: async () => new ReadableStream() },
    as: () => async () => Promise.reject(new Error("nobody asks the gateway here")),
    ...more,
  };
}

function post(path: string, body?: unknown, headers: Record<string, string> = {}, origin = ORIGIN): Request {
  return new Request(`${origin}${path}`, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin", origin: ORIGIN, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

describe("the demo's server", () => {
  test("serves the page with the gateway's address in it, under a policy that allows nothing else", async () => {
    const answer = await createDemoApp(parts())(new Request(`${ORIGIN}/`));
    expect(await answer.text()).toBe(`<a href="http://127.0.0.1:8080">`);
    const policy = answer.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self' http://127.0.0.1:8080;");
    expect(policy).not.toContain("unsafe");
  });

  test("mints a session for whoever is signed in, and only for the page's own script", async () => {
    const app = createDemoApp(parts());
    const ask = (headers: Record<string, string>) => app(post("/api/trunkline/session", undefined, headers));
    expect((await ask({})).status).toBe(403);
    expect((await ask({ "trunkline-session": "1", "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await ask({ "trunkline-session": "1", origin: "http://evil.example" })).status).toBe(403);
    const session = await ask({ "trunkline-session": "1" });
    expect(session.headers.get("cache-control")).toBe("no-store");
    expect(await session.json()).toEqual({ token: "tls_mara", expiresAt: "2026-11-22T18:00:00.000Z" });
  });

  test("refuses a name that was made to point to this machine", async () => {
    const app = createDemoApp(parts());
    const rebound = post(
      "/api/trunkline/session",
      undefined,
      { "trunkline-session": "1", origin: "http://evil.example" },
      "http://evil.example",
    );
    expect((await app(rebound)).status).toBe(403);
  });

  test("switches the user by a cookie that scripts cannot read", async () => {
    const app = createDemoApp(parts());
    const signedIn = await app(post("/api/sign-in", { user: "tomas" }));
    const cookie = signedIn.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    const crm = await (await app(post("/api/crm", undefined, { cookie: cookie.split(";")[0] ?? "" }))).json();
    expect(crm.me).toBe("tomas");
    expect(crm.lines.map(({ name }: { name: string }) => name)).toEqual(["Workshop"]);
    expect(crm.allLines).toHaveLength(2);
    expect((await app(post("/api/sign-in", { user: "somebody" }))).status).toBe(400);
  });

  test("passes the phone's texts on to the world, and says when it does not answer", async () => {
    const texts: string[][] = [];
    const text = async (...given: string[]) => void texts.push(given);
    const follow = parts().world.follow;
    const message = { number: "+12065550142", to: "+12065550100", text: "Hello" };
    expect((await createDemoApp(parts({ world: { text, follow } }))(post("/api/phone/texts", message))).status).toBe(
      204,
    );
    expect(texts).toEqual([["+12065550142", "+12065550100", "Hello"]]);
    const down = async () => Promise.reject(new Error("The world answered 503."));
    expect(
      (await createDemoApp(parts({ world: { text: down, follow } }))(post("/api/phone/texts", message))).status,
    ).toBe(502);
    expect((await createDemoApp(parts())(post("/api/phone/texts", { ...message, number: "call me" }))).status).toBe(
      400,
    );
  });

  test("knows every file that the page asks for", async () => {
    const files = await pagesIn(new URL("./page/", import.meta.url));
    const asked = [...(files.get("/")?.content ?? "").matchAll(/(?:src|href)="(\/[^"#]+)"/g)].map(
      ([, path]) => path ?? "",
    );
    expect(asked.length).toBeGreaterThan(4);
    for (const path of asked) if (path !== "/trunkline-inbox.js") expect(files.has(path), path).toBe(true);
    for (const [path, { content }] of files)
      for (const [, target = ""] of content.matchAll(/from "(\.[^"]+)"/g))
        expect(files.has(new URL(target, `${ORIGIN}${path}`).pathname), `${path} imports ${target}`).toBe(true);
  });

  test("has nothing else", async () => {
    const app = createDemoApp(parts());
    expect((await app(new Request(`${ORIGIN}/../package.json`))).status).toBe(404);
    expect((await app(new Request(`${ORIGIN}/api/crm`))).status).toBe(404);
    expect((await app(post("/api/nothing"))).status).toBe(404);
  });
});
