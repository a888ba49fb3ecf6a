/* Where Microsoft's services are. Source: Microsoft Learn, "National cloud deployments" and "Microsoft Entra authentication in national clouds". */

/** One of Microsoft's clouds, or a simulated one. Addresses have no slash at the end. */
export interface MicrosoftCloud {
  /** Where people sign in and tokens are made. */
  readonly authority: string;
  /** Where Graph answers. */
  readonly graph: string;
  /**
   * What Graph is called in scopes and in `aud`, where that is not its address.
   * @default graph
   */
  readonly graphResource?: string;
  /** Issuers of tokens, with `{tenantid}` for the tenant: version 1.0, and 2.0. */
  readonly issuers: { readonly "1.0": string; readonly "2.0": string };
}

export const CLOUD_NAMES = ["public", "us_government", "china"] as const;
export type CloudName = (typeof CLOUD_NAMES)[number];

export const MICROSOFT_CLOUDS: Readonly<Record<CloudName, MicrosoftCloud>> = {
  public: {
    authority: "https://login.microsoftonline.com",
    graph: "https://graph.microsoft.com",
    issuers: {
      "1.0": "https://sts.windows.net/{tenantid}/",
      "2.0": "https://login.microsoftonline.com/{tenantid}/v2.0",
    },
  },
  us_government: {
    authority: "https://login.microsoftonline.us",
    graph: "https://graph.microsoft.us",
    issuers: {
      "1.0": "https://sts.windows.net/{tenantid}/",
      "2.0": "https://login.microsoftonline.us/{tenantid}/v2.0",
    },
  },
  china: {
    authority: "https://login.partner.microsoftonline.cn",
    graph: "https://microsoftgraph.chinacloudapi.cn",
    issuers: {
      "1.0": "https://sts.chinacloudapi.cn/{tenantid}/",
      "2.0": "https://login.partner.microsoftonline.cn/{tenantid}/v2.0",
    },
  },
};
