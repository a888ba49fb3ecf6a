import type { Me, TemplateId } from "@trunkline/protocol";
import { authorizedFetch, dress } from "./auth/authorized-fetch.ts";
import { IdentityWatch, isSamePerson } from "./auth/identity.ts";
import { Tokens } from "./auth/tokens.ts";
import { TrunklineError } from "./errors.ts";
import type { ConnectionView } from "./events/connection.ts";
import { OwnStream, type SourceSink } from "./events/event-source.ts";
import { Feed } from "./events/feed.ts";
import { SharedStream } from "./events/shared-stream.ts";
import { WAKE_UPS } from "./events/wake-ups.ts";
import { Http } from "./http.ts";
import { resolveOptions, type TrunklineOptions } from "./options.ts";
import {
  type CarrierAccountsResource,
  carrierAccountsResource,
  type KeysResource,
  keysResource,
  type SessionsResource,
  sessionsResource,
  type TenantResource,
  type TenantsResource,
  tenantResource,
  tenantsResource,
} from "./resources/administration.ts";
import { type AuditResource, auditResource } from "./resources/audit.ts";
import { type BroadcastsResource, broadcastsResource } from "./resources/broadcasts.ts";
import { collection } from "./resources/collection.ts";
import { type ConsentResource, consentResource } from "./resources/consent.ts";
import { type ConversationsResource, conversationsResource } from "./resources/conversations.ts";
import { type EventsResource, eventsResource } from "./resources/events.ts";
import { fetchedCalls } from "./resources/fetched-calls.ts";
import type { FiltersResource } from "./resources/filters.ts";
import type { GroupsResource } from "./resources/groups.ts";
import { type MediaResource, mediaResource } from "./resources/media.ts";
import { type MessagesResource, messagesResource, postMessage } from "./resources/messages.ts";
import { type OptInsResource, optInsResource } from "./resources/opt-ins.ts";
import type { SearchCalls } from "./resources/parts/search.ts";
import { type LinesResource, linesResource, type UsersResource, usersResource } from "./resources/people-and-lines.ts";
import { type TemplatesResource, templatesResource } from "./resources/templates.ts";
import { type MeResource, meResource, type UnreadResource, unreadResource } from "./resources/viewer.ts";
import { type WebhooksResource, webhooksResource } from "./resources/webhooks.ts";
import { ConversationTable } from "./store/conversation-table.ts";
import { DraftStore, type Drafts } from "./store/drafts.ts";
import { Outbox } from "./store/outbox.ts";
import { Store } from "./store/store.ts";
import type { UnsentTexts } from "./store/unsent-text.ts";

/** The client of one gateway for one caller. */
export interface Trunkline extends AsyncDisposable {
  readonly me: MeResource;
  readonly unread: UnreadResource;
  readonly users: UsersResource;
  readonly groups: GroupsResource;
  readonly lines: LinesResource;
  readonly carrierAccounts: CarrierAccountsResource;
  readonly conversations: ConversationsResource;
  readonly messages: MessagesResource;
  readonly media: MediaResource;
  readonly search: SearchCalls["search"];
  readonly filters: FiltersResource;
  readonly templates: TemplatesResource;
  readonly broadcasts: BroadcastsResource;
  readonly optIns: OptInsResource;
  readonly consent: ConsentResource;
  readonly webhooks: WebhooksResource;
  readonly audit: AuditResource;
  readonly sessions: SessionsResource;
  readonly tenant: TenantResource;
  readonly tenants: TenantsResource;
  readonly keys: KeysResource;
  readonly events: EventsResource;
  readonly connection: ConnectionView;
  readonly drafts: Drafts;
  readonly unsent: UnsentTexts;
  /** Erases drafts, outbox and everything held, forgets the token and stops; later calls reject with `signed_out`. */
  signOut(): Promise<void>;
  /** Stops streams, timers and calls under way, which reject with `closed`. The outbox stays for the next client. */
  close(): Promise<void>;
}

/** Creates a client. Options that contradict each other throw `invalid_options` here. */
export function createTrunkline(options: TrunklineOptions): Trunkline {
  const { gateway, auth, fetch, timeoutMs, silenceMs, isShared, isOutboxKept, platform, report } =
    resolveOptions(options);
  const { clock } = platform;
  const owners = `${gateway} `; // whatever is stored for this gateway begins so
  const ending = new AbortController();
  const closed = ending.signal;

  const identity = new IdentityWatch({
    askNow: () => http.call<Me>({ method: "GET", path: "v1/me" }),
    async lookUp(token, signal) {
      const response = await fetch(dress(new Request(`${gateway}v1/me`, { signal }), token, auth.tenant));
      return response.ok ? ((await response.json()) as Me) : null;
    },
    onKnown(now, before) {
      if (before && isSamePerson(before, now)) return feed.renew();
      if (before) {
        outbox.close(signedOut("Somebody else has signed in."));
        drafts.close();
        conversations.clear();
        templateNames.clear();
        feed.restart();
      }
      if (!isOutboxKept) return;
      const owner = `${owners}${now.tenantId} ${now.userId}`;
      outbox.open(owner);
      drafts.open(owner);
    },
  });
  const tokens = new Tokens({
    auth,
    fetch,
    clock,
    closed,
    report,
    inspect: (token, signal) => identity.inspect(token, signal),
  });
  const authorized = authorizedFetch({ auth, tokens, fetch });
  const http = new Http({ gateway, fetch: authorized, platform, closed, timeoutMs });
  // Whoever needs to know who the caller is finds out by themselves when this fails.
  const wantOwner = () => void identity.get().catch(() => undefined);

  const feed = new Feed({
    platform,
    report,
    first: (event) => store.apply(event),
    createSource(sink: SourceSink) {
      const stream = { url: `${gateway}v1/events`, fetch: authorized, platform, silenceMs, sink };
      return isShared
        ? new SharedStream({ ...stream, gateway, identify: () => identity.get() })
        : new OwnStream(stream);
    },
  });
  const conversations: ConversationTable = new ConversationTable({
    userId: () => identity.known?.userId ?? null,
    hasViewer: auth.kind === "session",
    fetch: (id) => resources.conversations.get(id),
  });
  const templateNames = new Map<TemplateId, string>();
  const outbox = new Outbox({
    platform,
    isKept: isOutboxKept,
    closed,
    report,
    wantOwner,
    templateNames,
    post: postMessage(http),
    onAccepted(message) {
      store.accepted(message);
      feed.view.retry(); // the gateway is there
    },
  });
  const drafts = new DraftStore(isOutboxKept ? platform.storage : undefined);
  const store = new Store({ conversations, outbox, templateNames, view: { clock, closed, feed, report } });
  const call = fetchedCalls(http, store);
  const resources = {
    me: meResource(http, identity),
    unread: unreadResource(http, store),
    users: usersResource(http, store, call),
    lines: linesResource(http, store),
    groups: collection(http, "v1/groups") as GroupsResource,
    carrierAccounts: carrierAccountsResource(http, call),
    conversations: conversationsResource(http, store, call),
    messages: messagesResource(http, store),
    search: call("search"),
    filters: collection(http, "v1/filters") as FiltersResource,
    media: mediaResource(call),
    templates: templatesResource(http, store, call),
    broadcasts: broadcastsResource(http, store, call),
    optIns: optInsResource(http, call),
    consent: consentResource(call, store),
    webhooks: webhooksResource(http, call),
    audit: auditResource(http, call),
    sessions: sessionsResource(call),
    tenant: tenantResource(http),
    tenants: tenantsResource(http, call),
    keys: keysResource(http, call),
    events: eventsResource(http, feed),
  };

  const unwatch = feed.view.subscribe(() => {
    if (feed.view.getSnapshot().state === "live") outbox.wake();
  });
  // Heard before the stream hears of it, so that it finds a token.
  const onWakeUp = () => {
    tokens.wake();
    outbox.wake();
  };
  for (const target of platform.wakeUps) for (const name of WAKE_UPS) target.addEventListener(name, onWakeUp);
  // What a reload interrupted goes on by itself.
  if (isOutboxKept && (outbox.hasLeft(owners) || drafts.hasLeft(owners))) wantOwner();

  const end = (reason: TrunklineError) => {
    if (closed.aborted) return;
    unwatch();
    for (const target of platform.wakeUps) for (const name of WAKE_UPS) target.removeEventListener(name, onWakeUp);
    outbox.close(reason);
    ending.abort(reason);
    feed.close();
    conversations.clear();
  };
  const close = async () => end(new TrunklineError("closed", { message: "The client was closed." }));

  return {
    ...resources,
    connection: {
      ...feed.view,
      retry() {
        onWakeUp();
        feed.view.retry();
      },
    },
    drafts,
    unsent: outbox,
    close,
    async signOut() {
      const reason = signedOut("The client has signed out.");
      outbox.erase(owners, reason);
      drafts.erase(owners);
      end(reason);
    },
    [Symbol.asyncDispose]: close,
  };
}

function signedOut(message: string): TrunklineError {
  return new TrunklineError("signed_out", { message });
}
