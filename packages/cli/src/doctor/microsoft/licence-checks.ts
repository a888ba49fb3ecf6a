import type { MicrosoftFeature } from "@trunkline/protocol/permissions";
import { TOKEN_VARIABLE } from "../../microsoft/admin-token.ts";
import { broken, notNeeded, type Outcome, ok, unknown } from "../check.ts";
import type { Sku } from "./graph-facts.ts";
import { guide, ID, type MicrosoftCheck, type MicrosoftGround } from "./ground.ts";

/* Whether the organisation has bought what features work with. */

interface Service {
  readonly name: string;
  /** Id of the service plan: products come and go, and this stays. Source: Microsoft Learn, "Product names and service plan identifiers for licensing". */
  readonly planId: string;
  readonly features: readonly MicrosoftFeature[];
}

const TEAMS: Service = {
  name: "Microsoft Teams",
  planId: "57ff2da0-773e-42df-b2af-ffb7a2317929",
  features: ["presence_read", "presence_write", "channel_inbox", "activity_notifications", "meetings", "meeting_notes"],
};
const PHONE_SYSTEM: Service = {
  name: "Teams Phone (Phone System)",
  planId: "4828c8ec-dc2e-4779-b502-87ac9ce28ab7",
  features: ["call_log", "teams_admin_numbers", "direct_routing_domain"],
};

function seatsOf({ capabilityStatus, prepaidUnits, servicePlans }: Sku, { planId }: Service): number {
  const works = servicePlans.some(
    ({ servicePlanId, provisioningStatus }) => servicePlanId === planId && provisioningStatus === "Success",
  );
  const isBought = capabilityStatus === "Enabled" || capabilityStatus === "Warning"; // Warning: paid too late, and works
  return works && isBought ? (prepaidUnits?.enabled ?? 0) : 0;
}

async function licenceOf(service: Service, { subject, graph }: MicrosoftGround): Promise<Outcome> {
  const wanting = subject.features.filter((feature) => service.features.includes(feature));
  if (wanting.length === 0) return notNeeded("No feature that is used works with it.");
  const reader = await graph.reader();
  if (!reader?.isOfOrganisation) {
    return unknown(
      "The token is of another organisation.",
      `Put a token of an admin of this one into ${TOKEN_VARIABLE}.`,
    );
  }
  const skus = await graph.skus();
  const seats = skus.reduce((sum, sku) => sum + seatsOf(sku, service), 0);
  if (seats > 0) return ok(`${seats} licences with ${service.name}.`);
  return broken(
    `The organisation has no licence with ${service.name}, which ${wanting.join(", ")} works with.`,
    `Buy licences that include ${service.name}, or do without the feature.`,
  );
}

const licence = (id: string, service: Service): MicrosoftCheck => ({
  id,
  about: `The organisation has licences with ${service.name}.`,
  needs: [ID.graph],
  link: guide("doctor"),
  run: (ground) => licenceOf(service, ground),
});

export const LICENCE_CHECKS: readonly MicrosoftCheck[] = [
  licence("microsoft.licence_teams", TEAMS),
  licence("microsoft.licence_phone", PHONE_SYSTEM),
];
