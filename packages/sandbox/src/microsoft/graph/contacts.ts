import type { RandomBytes } from "@trunkline/gateway";
import { hex } from "../../random.ts";
import type { Directory } from "../directory.ts";
import type { Keeper, KeptMap } from "../kept.ts";
import { readContact } from "./contact-body.ts";
import type { DeltaRounds } from "./delta.ts";
import { parseFilter } from "./filter.ts";
import { badRequest, notFound } from "./graph-error.ts";
import { type GraphCall, type GraphReply, type Operation, ofUser } from "./operation.ts";
import { page } from "./paging.ts";
import { type Entity, type Json, order, project, readCount, readSelect } from "./query.ts";
import { theUser } from "./users.ts";

const KNOWN = new Set(
  "id createdDateTime lastModifiedDateTime changeKey parentFolderId displayName givenName surname middleName nickName title companyName department jobTitle businessPhones homePhones mobilePhone emailAddresses personalNotes categories fileAs".split(
    " ",
  ),
);
const FILTERABLE = new Set(["id", "displayName", "givenName", "surname", "companyName", "parentFolderId"]);

interface Mailbox {
  readonly defaultFolderId: string;
  readonly folders: KeptMap<Entity>;
  readonly contacts: KeptMap<Entity>;
}

/** Contacts of the tenant's people, in folders. Each mailbox has the folder `Contacts` from the beginning. */
export class Mailboxes {
  readonly #random: RandomBytes;
  readonly #kept: Keeper;
  readonly #defaultFolders: KeptMap<string>;

  constructor(random: RandomBytes, kept: Keeper) {
    this.#random = random;
    this.#kept = kept;
    this.#defaultFolders = kept.map("default_folders");
  }

  of(userId: string): Mailbox {
    const folders = this.#kept.map<Entity>(`folders ${userId}`);
    const contacts = this.#kept.map<Entity>(`contacts ${userId}`);
    const known = this.#defaultFolders.get(userId);
    if (known !== undefined) return { defaultFolderId: known, folders, contacts };
    const id = this.newId();
    folders.set(id, { id, displayName: "Contacts", parentFolderId: "root" });
    this.#defaultFolders.set(userId, id);
    return { defaultFolderId: id, folders, contacts };
  }

  /** Ids of Outlook are long and differ in case. */
  newId(): string {
    return `AAMk${btoa(hex(this.#random(18))).replaceAll("=", "")}`;
  }
}

/** Contacts and their folders. A delegated token reaches its own user's mailbox only. */
export function contactOperations(tenant: Directory, mailboxes: Mailboxes, rounds: DeltaRounds): Operation[] {
  const options = ["select", "filter", "top", "skip", "orderby", "count"] as const;
  const open = (call: GraphCall) => {
    const { id: userId } = theUser(tenant, call);
    const box = mailboxes.of(userId);
    const folderId = call.params["contactFolder-id"] ?? box.defaultFolderId;
    const folder = box.folders.get(folderId);
    if (folder === undefined) throw notFound("exchange", folderId);
    return { userId, box, folder, folderId, context: `users('${userId}')/contacts` };
  };
  const rule = { service: "exchange", ownOnly: "all" } as const;

  const list = (call: GraphCall): GraphReply => {
    const { box, folderId, context } = open(call);
    const select = readSelect(call.options, KNOWN, "contact");
    const text = call.options.get("filter");
    const matches = text === undefined ? () => true : parseFilter(text, FILTERABLE);
    const found = inFolder(box, folderId).filter(matches);
    readCount(call.options, "skip", { min: 0, max: 1_000_000, fallback: 0 });
    const top = readCount(call.options, "top", { min: 1, max: 1000, fallback: 10 });
    const seen = order(found, call.options.get("orderby"), FILTERABLE).map((contact) => project(contact, select));
    return { status: 200, body: page(call, seen, { context, top, by: "skip" }) };
  };
  const create = (call: GraphCall): GraphReply => {
    const { box, folderId, context } = open(call);
    const contact = stamp(
      { ...readContact(call.body, null), id: mailboxes.newId(), parentFolderId: folderId },
      null,
      call.now,
    );
    box.contacts.set(String(contact.id), contact);
    return { status: 201, body: { "@odata.context": `${call.base}/$metadata#${context}/$entity`, ...contact } };
  };
  const delta = (call: GraphCall): GraphReply => {
    const { userId, box, folderId, context } = open(call);
    readSelect(call.options, KNOWN, "contact");
    return rounds.answer(call, {
      scope: `${call.caller.clientId} ${userId} ${folderId}`,
      context,
      pageSize: preferredPage(call.headers),
      removedAs: "deleted",
      current: (select) =>
        inFolder(box, folderId).map((contact) =>
          project(contact, select?.split(",").map((name) => name.trim()) ?? null),
        ),
    });
  };
  const existing = (call: GraphCall) => {
    const { box, context } = open(call);
    const id = call.params["contact-id"] ?? "";
    const contact = box.contacts.get(id);
    if (contact === undefined) throw notFound("exchange", id);
    return { box, id, contact, context };
  };

  return [
    ...ofUser("/contacts", { ...rule, method: "GET", options, handle: list }),
    ...ofUser("/contacts", { ...rule, method: "POST", handle: create }),
    ...ofUser("/contacts/delta", {
      ...rule,
      method: "GET",
      options: ["select", "skiptoken", "deltatoken"],
      handle: delta,
    }),
    ...ofUser("/contacts/{contact-id}", {
      ...rule,
      method: "GET",
      options: ["select"],
      handle: (call) => {
        const { contact, context } = existing(call);
        const body = project(contact, readSelect(call.options, KNOWN, "contact"));
        return { status: 200, body: { "@odata.context": `${call.base}/$metadata#${context}/$entity`, ...body } };
      },
    }),
    ...ofUser("/contacts/{contact-id}", {
      ...rule,
      method: "PATCH",
      handle: (call) => {
        const { box, id, contact, context } = existing(call);
        const changed = stamp({ ...contact, ...readContact(call.body, contact) }, contact, call.now);
        box.contacts.set(id, changed);
        return { status: 200, body: { "@odata.context": `${call.base}/$metadata#${context}/$entity`, ...changed } };
      },
    }),
    ...ofUser("/contacts/{contact-id}", {
      ...rule,
      method: "DELETE",
      handle: (call) => {
        const { box, id } = existing(call);
        box.contacts.delete(id);
        return { status: 204 };
      },
    }),
    ...ofUser("/contactFolders", {
      ...rule,
      method: "GET",
      options: ["top", "skip"],
      handle: (call) => {
        const { box, userId } = open(call);
        // The default folder has no entry of its own here, as in Outlook: `contacts` reaches it.
        const folders = box.folders.values().filter(({ id }) => id !== box.defaultFolderId);
        readCount(call.options, "skip", { min: 0, max: 1_000_000, fallback: 0 });
        const top = readCount(call.options, "top", { min: 1, max: 1000, fallback: 10 });
        return {
          status: 200,
          body: page(call, folders, { context: `users('${userId}')/contactFolders`, top, by: "skip" }),
        };
      },
    }),
    ...ofUser("/contactFolders", {
      ...rule,
      method: "POST",
      handle: (call) => {
        const { box } = open(call);
        const name = isObject(call.body) ? call.body.displayName : undefined;
        if (typeof name !== "string" || name === "") throw badRequest("displayName is missing.", "ErrorInvalidRequest");
        const folder = { id: mailboxes.newId(), displayName: name, parentFolderId: box.defaultFolderId };
        box.folders.set(folder.id, folder);
        return { status: 201, body: folder };
      },
    }),
    ...ofUser("/contactFolders/{contactFolder-id}", {
      ...rule,
      method: "GET",
      handle: (call) => ({ status: 200, body: open(call).folder }),
    }),
    ...ofUser("/contactFolders/{contactFolder-id}/contacts", { ...rule, method: "GET", options, handle: list }),
    ...ofUser("/contactFolders/{contactFolder-id}/contacts", { ...rule, method: "POST", handle: create }),
    ...ofUser("/contactFolders/{contactFolder-id}/contacts/delta", {
      ...rule,
      method: "GET",
      options: ["select", "skiptoken", "deltatoken"],
      handle: delta,
    }),
  ];
}

function inFolder({ contacts }: Mailbox, folderId: string): Entity[] {
  return contacts.values().filter(({ parentFolderId }) => parentFolderId === folderId);
}

function stamp(contact: Entity, before: Entity | null, now: number): Entity {
  const at = new Date(now).toISOString();
  const version = before === null ? 1 : Number(atob(String(before.changeKey))) + 1;
  const changeKey = btoa(String(version));
  return {
    ...contact,
    "@odata.etag": `W/"${changeKey}"`,
    changeKey,
    createdDateTime: before?.createdDateTime ?? at,
    lastModifiedDateTime: at,
  };
}

function preferredPage(headers: Headers): number {
  const wanted = /odata\.maxpagesize=(?<size>\d+)/.exec(headers.get("prefer") ?? "")?.groups?.size;
  return Math.min(Math.max(Number(wanted ?? 10), 1), 200);
}

function isObject(value: unknown): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
