import * as z from "zod/mini";
import { GRAPH_APP_ID } from "./directory.ts";
import { KNOWN_LICENCES } from "./graph/licences.ts";

/* What may be asked of the simulated Microsoft 365 through the world. Absent fields stay as they are. */

const name = z.string().check(z.minLength(1), z.maxLength(256));
const names = z.array(name).check(z.maxLength(100));
const guid = z.guid();
const upn = z
  .string()
  .check(z.maxLength(256), z.regex(/^[^\s@]+@[^\s@]+$/, "a sign-in name such as ada@northwind.example"));
const address = z.url().check(z.maxLength(2000));
const licence = z
  .string()
  .check(
    z.refine(
      (text) => KNOWN_LICENCES.includes(text),
      `a licence that the simulator knows: ${KNOWN_LICENCES.join(", ")}`,
    ),
  );
const person = {
  displayName: name,
  mail: z.nullable(z.string().check(z.minLength(3), z.maxLength(256))),
  role: z.enum(["global_admin", "app_admin", "member", "guest"]),
  isEnabled: z.boolean(),
  licences: z.array(licence).check(z.maxLength(20)),
  /** The Teams client that they have open; null: none. */
  presence: z.nullable(z.strictObject({ availability: name, activity: name })),
};

export const UserChange = z.partial(z.strictObject({ ...person, upn }));
export const NewUser = z.strictObject({ ...z.partial(z.object(person)).shape, upn });

const permission = z.union([
  z.pipe(
    name,
    z.transform((text) => ({ resource: GRAPH_APP_ID, name: text })),
  ),
  z.strictObject({ resource: guid, name }),
]);
const time = z.pipe(
  z.iso.datetime(),
  z.transform((text) => Date.parse(text)),
);
const secret = z.strictObject({
  secret: z.string().check(z.minLength(8), z.maxLength(200)),
  displayName: z.optional(name),
  startsAt: z.optional(time),
  expiresAt: time,
});
const certificate = z.strictObject({
  /** PEM, or base64 of the DER form. */
  certificate: z.string().check(z.minLength(100), z.maxLength(20_000)),
  displayName: z.optional(name),
  startsAt: z.optional(time),
  expiresAt: time,
});

export const AppChange = z.partial(
  z.strictObject({
    displayName: name,
    identifierUris: z.array(z.string().check(z.minLength(1), z.maxLength(255))).check(z.maxLength(20)),
    redirectUris: z
      .array(z.strictObject({ uri: address, kind: z.enum(["web", "spa", "public"]) }))
      .check(z.maxLength(100)),
    secrets: z.array(secret).check(z.maxLength(10)),
    certificates: z.array(certificate).check(z.maxLength(10)),
    delegatedPermissions: z.array(permission).check(z.maxLength(200)),
    applicationPermissions: z.array(permission).check(z.maxLength(200)),
    exposedScopes: names,
    disabledScopes: names,
    signInAudience: z.enum([
      "AzureADMyOrg",
      "AzureADMultipleOrgs",
      "AzureADandPersonalMicrosoftAccount",
      "PersonalMicrosoftAccount",
    ]),
    preAuthorizedClients: z.array(guid).check(z.maxLength(100)),
    tokenVersion: z.union([z.literal(1), z.literal(2)]),
    isEnabled: z.boolean(),
    /** False: registered, and not in the tenant, as before anybody consents. */
    isInstalled: z.boolean(),
    /** Object ids or sign-in names; null lets everybody in. */
    assignedUsers: z.nullable(names),
  }),
);

export const PolicyChange = z.partial(
  z.strictObject({
    userConsent: z.boolean(),
    adminConsentRequests: z.boolean(),
    conditionalAccess: z.enum(["none", "mfa", "block"]),
  }),
);

/** What a principal has granted to an app, whole: what is not named is taken back. */
export const GrantChange = z
  .strictObject({
    clientId: guid,
    resource: z.optional(guid),
    /** Object id or sign-in name of the user who consented; absent or null: an admin did, for everybody. */
    principal: z.optional(z.nullable(name)),
    scopes: z.optional(names),
    roles: z.optional(names),
  })
  .check(
    z.refine(({ scopes, roles }) => scopes !== undefined || roles !== undefined, "scopes, roles or both must be given"),
    z.refine(({ roles, principal }) => roles === undefined || (principal ?? null) === null, {
      path: ["roles"],
      error: "application permissions are granted for everybody: leave principal out",
    }),
  );

const fault = z.strictObject({
  status: z.nullable(z.int().check(z.gte(400), z.lte(599))),
  code: z.optional(name),
  retryAfterSeconds: z.optional(z.int().check(z.gte(0), z.lte(86_400))),
  path: z.optional(z.string().check(z.startsWith("/"), z.maxLength(500))),
  times: z.optional(z.int().check(z.gte(1), z.lte(1_000_000))),
});
const faults = z.array(fault).check(z.maxLength(50));

export const FaultsChange = z.partial(
  z.strictObject({
    entra: faults,
    graph: faults,
    graphRateLimit: z.nullable(
      z.strictObject({
        requests: z.int().check(z.gte(1), z.lte(1_000_000)),
        seconds: z.int().check(z.gte(1), z.lte(86_400)),
      }),
    ),
  }),
);

export const TenantChange = z.partial(z.strictObject({ policy: PolicyChange, faults: FaultsChange }));
