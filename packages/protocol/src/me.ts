import * as z from "zod/mini";
import { PERMISSIONS } from "./roles.ts";
import { Tenant } from "./tenants.ts";
import { RoleName, User } from "./users.ts";

/** Who the token is, and what this gateway can do for them. `user` and `role` are null for a key. */
export const Me = z.object({
  user: z.nullable(User),
  tenant: Tenant,
  role: z.nullable(RoleName),
  permissions: z.array(z.enum(PERMISSIONS)),
  features: z.array(z.string()),
  gatewayVersion: z.string(),
});
export type Me = z.infer<typeof Me>;
