import { ERROR_CODES, type ErrorFact, isErrorCode, PROBLEM_PATH } from "@trunkline/protocol";
import { openApi } from "./openapi.ts";
import { notFound } from "./refusal.ts";
import type { OutsideCall, OutsideRoute } from "./route.ts";

export interface ServiceParts {
  publicUrl: string | undefined;
  /** Resolves when the store answers; rejects while it does not. */
  checkStore: () => Promise<void>;
}

/** What a gateway tells everybody: that it lives, that it can work, what its API is, and what its problems mean. */
export function serviceRoutes({ publicUrl, checkStore }: ServiceParts): OutsideRoute[] {
  let document: string | undefined;
  const get = (path: string, handle: (call: OutsideCall) => Promise<Response>): OutsideRoute => ({
    method: "GET",
    path,
    maxBytes: 0,
    storeless: true,
    handle,
  });
  return [
    get("/healthz", async () => json({ status: "ok" })),
    get("/readyz", async () => {
      await checkStore();
      return json({ status: "ready" });
    }),
    get("/openapi.json", async () => {
      document ??= JSON.stringify(openApi(publicUrl));
      return new Response(document, { headers: { "content-type": "application/json" } });
    }),
    get(`${PROBLEM_PATH}{code}`, async ({ params: { code } }) => {
      if (!isErrorCode(code)) throw notFound();
      return new Response(problemPage(code, ERROR_CODES[code]), {
        headers: { "content-type": "text/html; charset=utf-8" },
      });
    }),
  ];
}

const json = (body: object): Response =>
  new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } });

// Nothing in it comes from a request: code and title are of our own catalogue.
function problemPage(code: string, { status, title, retryable }: ErrorFact): string {
  const where =
    status === null
      ? "It describes what became of a text, or what a client met."
      : `It comes with HTTP status ${status}.`;
  const again = retryable
    ? "The same request may succeed later without anybody changing anything."
    : "Repeating the same request will give the same answer.";
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${code} · Trunkline</title></head>
<body>
<h1>${title}</h1>
<p>Code <code>${code}</code>. ${where} ${again}</p>
</body>
</html>
`;
}
