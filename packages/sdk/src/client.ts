import type { ConnectionView } from "./events/connection.ts";
import type { TrunklineOptions } from "./options.ts";
import type {
  CarrierAccountsResource,
  KeysResource,
  SessionsResource,
  TenantsResource,
} from "./resources/administration.ts";
import type { ConversationsResource } from "./resources/conversations.ts";
import type { EventsResource } from "./resources/events.ts";
import type { MessagesResource } from "./resources/messages.ts";
import type { LinesResource, UsersResource } from "./resources/people-and-lines.ts";
import type { MeResource, UnreadResource } from "./resources/viewer.ts";

/** Text that a person has begun and not sent, by conversation; kept with the outbox and erased with it. */
export interface Drafts {
  get(conversationId: string): string;
  /** An empty text removes the draft. */
  set(conversationId: string, text: string): void;
}

/** The client of one gateway for one caller. */
export interface Trunkline extends AsyncDisposable {
  readonly me: MeResource;
  readonly unread: UnreadResource;
  readonly users: UsersResource;
  readonly lines: LinesResource;
  readonly carrierAccounts: CarrierAccountsResource;
  readonly conversations: ConversationsResource;
  readonly messages: MessagesResource;
  readonly sessions: SessionsResource;
  readonly tenants: TenantsResource;
  readonly keys: KeysResource;
  readonly events: EventsResource;
  readonly connection: ConnectionView;
  readonly drafts: Drafts;
  /** Erases drafts, outbox and everything held, forgets the token and stops; later calls reject with `signed_out`. */
  signOut(): Promise<void>;
  /** Stops streams, timers and calls under way, which reject with `closed`. The outbox stays for the next client. */
  close(): Promise<void>;
}

/** Creates a client. Options that contradict each other throw `invalid_options` here. */
export declare function createTrunkline(options: TrunklineOptions): Trunkline;
