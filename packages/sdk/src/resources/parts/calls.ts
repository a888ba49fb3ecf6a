import type { Http } from "../../http.ts";
import type { Store } from "../../store/store.ts";
import { type AdministrationCalls, administrationCalls } from "./administration.ts";
import { type BroadcastCalls, broadcastCalls } from "./broadcasts.ts";
import { type ConsentCalls, consentCalls } from "./consent.ts";
import { type MediaCalls, mediaCalls } from "./media.ts";
import { type OptInCalls, optInCalls } from "./opt-ins.ts";
import { type SearchCalls, searchCalls } from "./search.ts";
import { type TeamworkCalls, teamworkCalls } from "./teamwork.ts";
import { type TemplateCalls, templateCalls } from "./templates.ts";
import { type WebhookCalls, webhookCalls } from "./webhooks.ts";

/** What few pages ask for, by the names that their resources give it. */
export interface FetchedCalls
  extends AdministrationCalls,
    BroadcastCalls,
    ConsentCalls,
    MediaCalls,
    OptInCalls,
    SearchCalls,
    TeamworkCalls,
    TemplateCalls,
    WebhookCalls {}

export function calls(http: Http, store: Store): FetchedCalls {
  return {
    ...administrationCalls(http),
    ...broadcastCalls(http),
    ...consentCalls(http, store.view),
    ...mediaCalls(http),
    ...optInCalls(http),
    ...searchCalls(http),
    ...teamworkCalls(http, store),
    ...templateCalls(http, store),
    ...webhookCalls(http),
  };
}
