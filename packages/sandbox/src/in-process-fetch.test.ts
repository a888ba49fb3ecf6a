import { expect, test } from "vitest";
import { inProcessFetch } from "./in-process-fetch.ts";

const ORIGIN = "https://somebody.test";

function endless() {
  let left: () => void = () => undefined;
  const canceled = new Promise<void>((resolve) => {
    left = resolve;
  });
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("first")),
    cancel: () => left(),
  });
  return { body, canceled };
}

test("an abort ends the body that is being read, and its writer hears of it", async () => {
  const { body, canceled } = endless();
  const abort = new AbortController();
  const fetch = inProcessFetch({ [ORIGIN]: async () => new Response(body) });
  const { body: received } = await fetch(`${ORIGIN}/stream`, { signal: abort.signal });
  const reader = received!.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe("first");
  const next = reader.read();
  abort.abort();
  await expect(next).rejects.toMatchObject({ name: "AbortError" });
  await canceled;
});

test("a reader who leaves is heard of as well", async () => {
  const { body, canceled } = endless();
  const response = await inProcessFetch({ [ORIGIN]: async () => new Response(body) })(ORIGIN);
  await response.body?.cancel();
  await canceled;
});

test("an abort before the answer ends the call, and the answer that comes later is let go", async () => {
  const { body, canceled } = endless();
  let answer: (response: Response) => void = () => undefined;
  const fetch = inProcessFetch({
    [ORIGIN]: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  });
  const abort = new AbortController();
  const call = fetch(ORIGIN, { signal: abort.signal });
  abort.abort();
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
  answer(new Response(body));
  await canceled;
  await expect(fetch(ORIGIN, { signal: abort.signal })).rejects.toMatchObject({ name: "AbortError" });
});

test("a network error is a TypeError, and so is an address where nobody is", async () => {
  const fetch = inProcessFetch({ [ORIGIN]: async () => Response.error() });
  await expect(fetch(ORIGIN)).rejects.toThrow(TypeError);
  await expect(fetch("https://example.com")).rejects.toThrow(/nobody answers at https:\/\/example.com/);
});

test("status, headers and bodies pass as they are", async () => {
  const fetch = inProcessFetch({
    [ORIGIN]: async (request) =>
      request.method === "GET"
        ? new Response(null, { status: 204 })
        : new Response(await request.text(), { status: 201, headers: { "x-kept": "yes" } }),
  });
  const response = await fetch(ORIGIN, { method: "POST", body: "hello" });
  expect([response.status, response.headers.get("x-kept"), await response.text()]).toEqual([201, "yes", "hello"]);
  expect((await fetch(ORIGIN)).status).toBe(204);
});
