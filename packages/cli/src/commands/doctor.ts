import { didYouMean } from "@trunkline/gateway/node/settings";
import { findOperatorKey, JSON_OPTION } from "../administration.ts";
import { CommandEnded, command, UsageError } from "../command-line/command.ts";
import { DEFAULT_DATA_DIR, DEFAULT_PORTS } from "../default-places.ts";
import { READER_PERMISSION, TOKEN_VARIABLE } from "../microsoft/admin-token.ts";
import { readFeatures } from "../microsoft/read-features.ts";
import { START_OPTIONS } from "./start.ts";

/** `trunkline doctor`: what is wrong, and what to do about it. */
export const doctor = command({
  name: "doctor",
  about:
    "Looks for what is wrong with a gateway's set-up, names the cause and says what to do. It changes nothing, but for a small object that it puts into the bucket for files, if there is one, and removes again.",
  details: `It reads the same options, environment and file as trunkline start; give it those of your gateway. What the registration in Microsoft Entra looks like is read through Microsoft Graph, as the admin whose token is in ${TOKEN_VARIABLE} (az account get-access-token --resource-type ms-graph --query accessToken -o tsv); ${READER_PERMISSION} is enough. Exit code: 0 nothing is broken, 1 something is, 2 something could not be looked at.`,
  options: {
    only: {
      type: "list",
      about: "Makes these checks alone, and what they stand on: microsoft, carriers, media, or the name of a check.",
      value: "CHECK",
      flagOnly: true,
    },
    ...JSON_OPTION,
    gateway: {
      type: "string",
      about: "Address of the gateway, whose carrier accounts are looked at while it runs.",
      value: "URL",
      preset: "that of --host and --port",
      flagOnly: true,
    },
    key: {
      type: "string",
      about: "Operator key or tenant key of the gateway. Without it the operator key in the data directory is used.",
      value: "KEY",
      secret: true,
    },
    features: {
      type: "list",
      about: "What is used of Microsoft 365, separated by commas.",
      value: "FEATURES",
      preset: "messaging",
      flagOnly: true,
    },
    microsoftTenant: {
      type: "string",
      about: "Microsoft organisation to look at: its id or one of its domains.",
      value: "TENANT",
      preset: "that of the admin's token",
      flagOnly: true,
    },
    page: {
      type: "list",
      about: "Page that people sign in on by themselves (redirect URI of a single-page app).",
      value: "URL",
      flagOnly: true,
    },
    tabDomain: { type: "string", about: "Domain of your Teams tab, if there is one.", value: "DOMAIN", flagOnly: true },
    manifest: {
      type: "string",
      about: "manifest.json of your Teams app, if there is one.",
      value: "FILE",
      flagOnly: true,
    },
    ...START_OPTIONS,
  },
  examples: [
    "trunkline doctor --config gateway.json",
    "trunkline doctor --only microsoft --features messaging,directory --manifest teams/manifest.json --json",
    "trunkline doctor --only microsoft.credential",
    "trunkline doctor --only carriers --key tlo_…",
  ],
  async run(
    { only, json, features, microsoftTenant, page, tabDomain, manifest, sandbox, gateway, key, ...options },
    _,
    terminal,
  ) {
    const [
      { examineMicrosoft, MICROSOFT_CHECKS },
      { CARRIER_CHECKS, examineCarriers },
      { examineMedia, MEDIA_CHECKS },
      { isNamed },
      { exitCodeOf, inWords },
      { placeOf },
    ] = await Promise.all([
      import("../doctor/microsoft/index.ts"),
      import("../doctor/carriers/index.ts"),
      import("../doctor/media-checks.ts"),
      import("../doctor/examine.ts"),
      import("../doctor/report.ts"),
      import("../doctor/place.ts"),
    ]);
    const ids = [...MICROSOFT_CHECKS, ...CARRIER_CHECKS, ...MEDIA_CHECKS].map(({ id }) => id);
    const unknown = only?.find((name) => !ids.some((id) => isNamed(id, name)));
    if (unknown !== undefined) throw new UsageError(`There is no check "${unknown}".${didYouMean(unknown, ids)}`);
    const wanted = readFeatures(features ?? ["messaging"]);
    const { host = "127.0.0.1", port = DEFAULT_PORTS.gateway } = options;
    const address = gateway ?? `http://${host}:${port}`;
    if (!URL.canParse(address)) throw new UsageError(`--gateway must be a URL, not ${address}.`);
    const place = await placeOf(sandbox, options);
    try {
      const findings = await examineMicrosoft(
        {
          settings: options,
          publicUrl: options.publicUrl ?? (sandbox === undefined ? null : `http://${host}:${port}`),
          pages: page ?? [],
          tabDomain: tabDomain ?? null,
          features: wanted,
          manifest: manifest ?? null,
          graphToken: terminal.env[TOKEN_VARIABLE] || null,
          ...place.subject,
          organisation: microsoftTenant ?? place.subject.organisation,
        },
        only,
      );
      const operatorKey = key ?? findOperatorKey(options.data ?? DEFAULT_DATA_DIR);
      const fetch = (...request: Parameters<typeof globalThis.fetch>) => globalThis.fetch(...request);
      findings.push(...(await examineCarriers({ gateway: address, key: operatorKey, fetch }, only)));
      findings.push(...(await examineMedia(options, only)));
      terminal.out(json ? JSON.stringify({ findings }, null, 2) : inWords(findings));
      const code = exitCodeOf(findings);
      if (code !== 0) throw new CommandEnded(code);
    } finally {
      await place.close();
    }
  },
});
