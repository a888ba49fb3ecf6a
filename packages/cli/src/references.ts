import { isId, type KeyId, type TenantId, type UserRef } from "@trunkline/protocol";
import { UsageError } from "./command-line/command.ts";

/** A tenant as somebody typed it. */
export function tenantRef(text: string): TenantId | `ext:${string}` {
  if (isId("ten", text) || isExternal(text)) return text;
  throw new UsageError(`"${text}" names no tenant: write its id (ten_…) or ext:<your own id>.`);
}

/** A user as somebody typed it. */
export function userRef(text: string): UserRef {
  if (isId("usr", text) || isExternal(text)) return text;
  throw new UsageError(`"${text}" names no user: write the id (usr_…) or ext:<your own id>.`);
}

/** A key's id as somebody typed it. */
export function keyId(text: string): KeyId {
  if (isId("key", text)) return text;
  throw new UsageError(`"${text}" names no key: write its id (key_…), as "trunkline keys list" shows it.`);
}

function isExternal(text: string): text is `ext:${string}` {
  return text.length > 4 && text.startsWith("ext:");
}
