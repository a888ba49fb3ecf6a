import * as z from "zod/mini";
import { text } from "./schema.ts";
import { RoleName } from "./users.ts";

/** What becomes of somebody who signs in by Microsoft and is no user yet: turned away, or made one. */
export const PROVISIONING = ["refuse", "create"] as const;

const MAX_MAPPED = 200;

/** Roles by a name that a token carries. */
function roles(name: z.ZodMiniType<string, string>) {
  const few = (value: object) => Object.keys(value).length <= MAX_MAPPED;
  return z.record(name, RoleName).check(z.refine(few, `must have at most ${MAX_MAPPED} entries`));
}

const fields = {
  provisioning: z.enum(PROVISIONING),
  /** The role of users whom `create` makes. */
  role: RoleName,
  /** By the value of an app role. Of several the highest counts; they go before groups, and these before the user's own. */
  appRoles: roles(text({ min: 1, max: 120 })),
  /** By a group's object id. */
  groups: roles(z.guid()),
  /** Nobody is let in by Microsoft, and nothing is done in the organisation, until it is taken back. */
  suspended: z.boolean(),
};

/** Who is let into a tenant by Microsoft, and as what. */
export const MicrosoftSettings = z.object(fields);
export type MicrosoftSettings = z.infer<typeof MicrosoftSettings>;

/** A map is replaced as a whole. */
export const UpdateMicrosoftSettings = z.partial(z.strictObject(fields));
export type UpdateMicrosoftSettings = z.infer<typeof UpdateMicrosoftSettings>;

/** What holds where a tenant has said nothing: nobody gets in whom nobody has let in. */
export const DEFAULT_MICROSOFT: MicrosoftSettings = {
  provisioning: "refuse",
  role: "member",
  appRoles: {},
  groups: {},
  suspended: false,
};
