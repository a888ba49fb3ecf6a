import { X509Certificate } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newServerCertificate, type ServerCertificate } from "./entra-certificate.ts";
import { type TrustingFetch, trustingFetch } from "./trusting-fetch.ts";

const REFUSED = /self-signed certificate|unable to verify|unable to get local issuer/;
let certificate: ServerCertificate;
let origin: string;
let trusting: TrustingFetch;
let close: () => void;
beforeEach(async () => {
  certificate = await newServerCertificate(Date.now());
  const server = createServer({ cert: certificate.certificate, key: certificate.privateKey }, (request, response) => {
    if (request.url === "/never") return undefined;
    if (request.url === "/away") return response.writeHead(302, { location: "https://elsewhere.example/" }).end();
    if (request.url === "/nothing") return response.writeHead(204).end();
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    return request.on("end", () => {
      response.setHeader("set-cookie", ["a=1", "b=2"]);
      response.end(`${request.method} ${request.headers["content-type"]} ${Buffer.concat(parts)}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  origin = `https://127.0.0.1:${port}`;
  trusting = trustingFetch({ origin, caCertificate: certificate.caCertificate, fetch: globalThis.fetch });
  close = () => {
    trusting.close();
    server.close();
    server.closeAllConnections();
  };
});
afterEach(() => close());

test("the authority is trusted for one origin, and for no other name of the same server", async () => {
  const body = new URLSearchParams({ a: "b" });
  const answer = await trusting.fetch(`${origin}/path`, { method: "POST", body });
  expect(await answer.text()).toBe("POST application/x-www-form-urlencoded;charset=UTF-8 a=b");
  expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect((await trusting.fetch(`${origin}/nothing`)).status).toBe(204);

  const elsewhere = origin.replace("127.0.0.1", "localhost");
  for (const attempt of [globalThis.fetch(origin), trusting.fetch(elsewhere)]) {
    const { cause } = (await attempt.catch((error: unknown) => error)) as { cause: Error };
    expect(cause.message).toMatch(REFUSED);
  }
  const foreign = trustingFetch({ ...(await newServerCertificate(Date.now())), origin, fetch: globalThis.fetch });
  await expect(foreign.fetch(origin)).rejects.toThrow("fetch failed");
  foreign.close();
});

test("a redirect is not followed, and a call can be called off", async () => {
  expect((await trusting.fetch(`${origin}/away`)).status).toBe(302);
  await expect(trusting.fetch(`${origin}/away`, { redirect: "error" })).rejects.toThrow("redirect");
  const leave = new AbortController();
  const waiting = trusting.fetch(`${origin}/never`, { signal: leave.signal });
  leave.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});

test("the certificate names its issuer's key, as strict clients want it, and only its own authority vouches for it", () => {
  const leaf = new X509Certificate(certificate.certificate);
  const ca = new X509Certificate(certificate.caCertificate);
  expect([ca.ca, leaf.ca]).toEqual([true, false]);
  expect(leaf.checkIssued(ca) && leaf.verify(ca.publicKey)).toBe(true);
  expect(leaf.subjectAltName).toBe("DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1");
  expect(leaf.toLegacyObject().ext_key_usage).toEqual(["1.3.6.1.5.5.7.3.1"]);
});
