import * as z from "zod/mini";
import { CrmRecordRef } from "./records.ts";
import { PERMISSIONS } from "./roles.ts";
import { id } from "./schema.ts";
import { Tenant } from "./tenants.ts";
import { RoleName, User } from "./users.ts";

/** Who the token is, and what this gateway can do for them. `user` and `role` are null for a key. */
export const Me = z.object({
  user: z.nullable(User),
  tenant: Tenant,
  role: z.nullable(RoleName),
  permissions: z.array(z.enum(PERMISSIONS)),
  /** What the token sees at most; null does not restrict. Two tokens of one user may see different things. */
  sees: z.object({
    lineIds: z.nullable(z.array(id("line"))),
    records: z.nullable(z.array(CrmRecordRef)),
    assignedOnly: z.boolean(),
  }),
  features: z.array(z.string()),
  gatewayVersion: z.string(),
});
export type Me = z.infer<typeof Me>;
