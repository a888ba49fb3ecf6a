import * as z from "zod/mini";

const Claims = z.object({ tid: z.guid() });

/**
 * Which organisation a token for Microsoft Graph is of; null when that cannot be read. Nothing is proved by it: Graph
 * judges the token, and this only saves a wrong question.
 */
export function organisationOf(token: string): string | null {
  const [, body = ""] = token.split(".");
  try {
    const claims = z.safeParse(Claims, JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
    return claims.success ? claims.data.tid : null;
  } catch {
    return null; // Microsoft calls these tokens opaque, so one may come that is no JWT
  }
}
