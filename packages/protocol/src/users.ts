import * as z from "zod/mini";
import { ROLES } from "./roles.ts";
import { id, text, timestamp } from "./schema.ts";

export const RoleName = z.enum(ROLES);

/** A person in Microsoft 365, by the only pair that stays theirs: tenant id and object id, never the e-mail address. */
export const MicrosoftIdentity = z.strictObject({ tenantId: z.guid(), objectId: z.guid() });
export type MicrosoftIdentity = z.infer<typeof MicrosoftIdentity>;

const fields = {
  externalId: z.nullable(text({ min: 1, max: 200 })),
  name: text({ min: 1, max: 200 }),
  email: z.nullable(z.email().check(z.maxLength(320))),
  microsoft: z.nullable(MicrosoftIdentity),
  role: RoleName,
};

export const User = z.object({
  id: id("usr"),
  ...fields,
  suspended: z.boolean(),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type User = z.infer<typeof User>;

export const UpdateUser = z.partial(
  z.strictObject({
    name: fields.name,
    email: fields.email,
    role: RoleName,
    suspended: z.boolean(),
    microsoft: fields.microsoft,
  }),
);
export type UpdateUser = z.infer<typeof UpdateUser>;

/** The user as the host application describes them when it mints a session. */
export const SessionUser = z.strictObject({
  externalId: text({ min: 1, max: 200 }),
  name: fields.name,
  email: z.optional(fields.email),
  microsoft: z.optional(fields.microsoft),
});
export type SessionUser = z.infer<typeof SessionUser>;
