import { base64url, decodeJwt, decodeProtectedHeader, errors, importX509, jwtVerify } from "jose";
import type { AppCertificate, DirectoryApp } from "../directory-state.ts";
import { EntraError } from "./errors.ts";
import { SHARED_TENANTS } from "./shared-tenants.ts";
import type { ClientProof, TokenParts } from "./tokens.ts";

const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const TOLERANCE_SECONDS = 300;

/** The app that sends a token request, found by `client_id`; a missing or disabled one is refused. */
export function clientOf(form: URLSearchParams, { directory }: TokenParts): DirectoryApp {
  const clientId = form.get("client_id");
  if (clientId === null) throw new EntraError(90014, "(client_id)");
  const app = directory.findApp(clientId);
  if (!app) throw new EntraError(700016, `(${clientId})`);
  if (!app.isEnabled) throw new EntraError(7000112);
  return app;
}

/**
 * How the client proves who it is.
 *
 * @throws EntraError 7000215 wrong secret, 7000222 expired secret, 700027 assertion that no certificate of the app signed
 */
export async function proofOf(form: URLSearchParams, app: DirectoryApp, parts: TokenParts): Promise<ClientProof> {
  const secret = form.get("client_secret");
  if (secret !== null) {
    const known = app.secrets.find((one) => one.secret === secret);
    if (!known) throw new EntraError(7000215);
    if (known.expiresAt <= parts.clock.now()) throw new EntraError(7000222);
    return "secret";
  }
  const assertion = form.get("client_assertion");
  if (assertion === null) return "none";
  if (form.get("client_assertion_type") !== JWT_BEARER) throw new EntraError(90014, "(client_assertion_type)");
  await verifyAssertion(assertion, app, parts);
  return "certificate";
}

async function verifyAssertion(assertion: string, app: DirectoryApp, parts: TokenParts): Promise<void> {
  const certificate = await certificateOf(assertion, app);
  const now = parts.clock.now();
  if (!certificate || certificate.expiresAt <= now || certificate.startsAt > now) throw new EntraError(700027);
  const { origin, directory } = parts;
  try {
    const { alg = "" } = decodeProtectedHeader(assertion);
    const lines = certificate.der.match(/.{1,64}/g) ?? [];
    const pem = `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----`;
    await jwtVerify(assertion, await importX509(pem, alg), {
      algorithms: ["PS256", "RS256"],
      issuer: app.clientId,
      subject: app.clientId,
      audience: [directory.tenantId, ...directory.state.domains, ...SHARED_TENANTS].map(
        (tenant) => `${origin}/${tenant}/oauth2/v2.0/token`,
      ),
      requiredClaims: ["exp"],
      currentDate: new Date(now),
      clockTolerance: TOLERANCE_SECONDS,
    });
  } catch (error) {
    throw new EntraError(700027, error instanceof errors.JOSEError ? `(${error.code})` : "");
  }
}

// The header names the certificate by the hash of its DER form: `x5t#S256`, in older clients `x5t` (SHA-1).
async function certificateOf(assertion: string, app: DirectoryApp): Promise<AppCertificate | undefined> {
  try {
    decodeJwt(assertion);
    const header = decodeProtectedHeader(assertion);
    const isNew = typeof header["x5t#S256"] === "string";
    const wanted = isNew ? header["x5t#S256"] : header.x5t;
    for (const certificate of app.certificates) {
      const der = Uint8Array.from(atob(certificate.der), (char) => char.charCodeAt(0));
      const hash = new Uint8Array(await crypto.subtle.digest(isNew ? "SHA-256" : "SHA-1", der));
      if (wanted === base64url.encode(hash)) return certificate;
    }
  } catch {
    // what is no JWT names no certificate
  }
  return undefined;
}
