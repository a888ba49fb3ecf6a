import * as z from "zod/mini";
import { MicrosoftSettings, UpdateMicrosoftSettings } from "./microsoft-settings.ts";
import { id, text, timestamp } from "./schema.ts";
import { SendingSettings, TenantLimits, UpdateSendingSettings, UpdateTenantLimits } from "./sending.ts";
import { TeamworkSettings, UpdateTeamworkSettings } from "./teamwork.ts";
import { timeZone } from "./time-zone.ts";

const origin = z
  .string()
  .check(z.maxLength(300), z.refine(isOrigin, "must be an origin: scheme, host and port, without a path"));

const fields = {
  externalId: z.nullable(text({ min: 1, max: 200 })),
  name: text({ min: 1, max: 200 }),
  features: z.array(text({ min: 1, max: 64 })).check(z.maxLength(50)),
  timeZone,
  allowedOrigins: z.array(origin).check(z.maxLength(50)),
  appUrl: z.nullable(z.url({ protocol: /^https?$/, error: "must be an http(s) address" }).check(z.maxLength(2000))),
};

export const Tenant = z.object({
  id: id("ten"),
  ...fields,
  sending: SendingSettings,
  teamwork: TeamworkSettings,
  microsoft: MicrosoftSettings,
  limits: TenantLimits,
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Tenant = z.infer<typeof Tenant>;

export const CreateTenant = z.strictObject({
  name: fields.name,
  externalId: z.optional(fields.externalId),
  features: z.optional(fields.features),
  timeZone: z.optional(timeZone),
  allowedOrigins: z.optional(fields.allowedOrigins),
  appUrl: z.optional(fields.appUrl),
  sending: z.optional(UpdateSendingSettings),
  teamwork: z.optional(UpdateTeamworkSettings),
  /** A session names no role above its own. */
  microsoft: z.optional(UpdateMicrosoftSettings),
  /** Only an operator key may set it. */
  limits: z.optional(UpdateTenantLimits),
});
export type CreateTenant = z.infer<typeof CreateTenant>;

export const UpdateTenant = z.partial(CreateTenant);
export type UpdateTenant = z.infer<typeof UpdateTenant>;

// A URL may have almost any host, `*` among them; a browser's origin names one that can be asked.
function isOrigin(value: string): boolean {
  if (!/^https?:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::\d+)?$/.test(value)) return false;
  return URL.canParse(value) && new URL(value).origin === value;
}
