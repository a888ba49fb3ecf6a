import type { Http } from "../../http.ts";
import type { Store } from "../../store/store.ts";
import { type ConsentCalls, consentCalls } from "./consent.ts";
import { type OptInCalls, optInCalls } from "./opt-ins.ts";
import { type SearchCalls, searchCalls } from "./search.ts";
import { type TeamworkCalls, teamworkCalls } from "./teamwork.ts";
import { type WebhookCalls, webhookCalls } from "./webhooks.ts";

/** What few pages ask for, by the names that their resources give it. */
export interface FetchedCalls extends ConsentCalls, OptInCalls, SearchCalls, TeamworkCalls, WebhookCalls {}

export function calls(http: Http, store: Store): FetchedCalls {
  return {
    ...consentCalls(http, store.view),
    ...optInCalls(http),
    ...searchCalls(http),
    ...teamworkCalls(http, store),
    ...webhookCalls(http),
  };
}
