import type { MicrosoftFeature, PermissionPlan } from "@trunkline/protocol/permissions";
import type { Http } from "../http.ts";
import type { CallOptions } from "./call-options.ts";

/** What a tenant's Microsoft 365 is asked for. */
export interface ConsentResource {
  /** The least that these features need, each permission with its reasons; without `features`, those that the tenant has. */
  permissions(features?: readonly MicrosoftFeature[], options?: CallOptions): Promise<PermissionPlan>;
}

export function consentResource(http: Http): ConsentResource {
  return {
    permissions: (features, options) =>
      http.call({ method: "GET", path: "v1/permissions", query: { features: features?.join() } }, options),
  };
}
