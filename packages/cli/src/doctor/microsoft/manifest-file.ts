import { readFile } from "node:fs/promises";
import * as z from "zod/mini";

/** As much of a Teams app's manifest as a registration has to agree with. Source: Teams app manifest schema, version 1.30. */
const ManifestFile = z.object({
  webApplicationInfo: z.optional(z.object({ id: z.string(), resource: z.optional(z.string()) })),
  validDomains: z.optional(z.array(z.string())),
  staticTabs: z.optional(z.array(z.object({ contentUrl: z.optional(z.string()) }))),
  configurableTabs: z.optional(z.array(z.object({ configurationUrl: z.string() }))),
  authorization: z.optional(
    z.object({
      permissions: z.optional(z.object({ resourceSpecific: z.optional(z.array(z.object({ name: z.string() }))) })),
    }),
  ),
});

/** What a manifest says. */
export interface Manifest {
  /** `webApplicationInfo.id`: the registration that it belongs to. */
  readonly clientId: string | null;
  /** `webApplicationInfo.resource`: the registration's App ID URI. */
  readonly resource: string | null;
  readonly validDomains: readonly string[];
  /** Hosts of its tabs' pages, with a port where there is one. */
  readonly tabHosts: readonly string[];
  /** Permissions that are granted in a team or by one person (RSC). */
  readonly permissions: readonly string[];
}

/** A manifest that cannot be read; the message says why. */
export class ManifestRefused extends Error {
  override readonly name = "ManifestRefused";
}

/** @throws ManifestRefused */
export async function readManifest(path: string): Promise<Manifest> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new ManifestRefused(`${path} cannot be read.`, { cause });
  });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new ManifestRefused(`${path} is not JSON.`, { cause });
  }
  const parsed = z.safeParse(ManifestFile, content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ManifestRefused(`${path} is no manifest of a Teams app: ${issue?.path.join(".")} is of another form.`);
  }
  const { webApplicationInfo: app, validDomains = [], staticTabs = [], configurableTabs = [] } = parsed.data;
  const addresses = [
    ...staticTabs.flatMap(({ contentUrl }) => (contentUrl === undefined ? [] : [contentUrl])),
    ...configurableTabs.map(({ configurationUrl }) => configurationUrl),
  ];
  return {
    clientId: app?.id.toLowerCase() ?? null,
    resource: app?.resource ?? null,
    validDomains,
    tabHosts: [...new Set(addresses.flatMap((address) => (URL.canParse(address) ? [new URL(address).host] : [])))],
    permissions: parsed.data.authorization?.permissions?.resourceSpecific?.map(({ name }) => name) ?? [],
  };
}
