import { setupServer } from "msw/node";
import { expect, test } from "vitest";
import { sandboxHandlers } from "./msw.ts";
import { createSandbox } from "./node/index.ts";

test("code that knows only the platform's fetch reaches the sandbox, its event stream included", async () => {
  const sandbox = await createSandbox({ now: "2026-11-02T09:00:00Z" });
  const server = setupServer(...sandboxHandlers(sandbox));
  server.listen();
  try {
    const { token } = await sandbox.auth("ada").token();
    const authorization = `Bearer ${token}`;
    const me = await fetch(`${sandbox.url}/v1/me`, { headers: { authorization } });
    expect((await me.json()).user.externalId).toBe("ada");

    const leave = new AbortController();
    const stream = await fetch(`${sandbox.url}/v1/events`, {
      headers: { authorization, accept: "text/event-stream" },
      signal: leave.signal,
    });
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    let received = "";
    const until = async (name: string) => {
      while (!received.includes(name)) received += (await reader.read()).value ?? "";
    };
    await until("event: stream.ready");
    await fetch(`${sandbox.worldUrl}/world/handsets/+14255550123/messages`, {
      method: "POST",
      body: JSON.stringify({ to: sandbox.lines[0]?.number, text: "Hello" }),
    });
    await until("event: message.created");
    leave.abort();
    await reader.read().catch(() => undefined); // an aborted stream may end or fail
  } finally {
    server.close();
    await sandbox.close();
  }
});
