import { z } from "zod";
import { badRequest } from "./graph-error.ts";
import type { Entity } from "./query.ts";

const text = z.string().nullable();
const phones = z.array(z.string());
/* What may be written. Source: Microsoft Graph, resource type "contact". */
const Contact = z.strictObject({
  displayName: text,
  givenName: text,
  surname: text,
  middleName: text,
  nickName: text,
  title: text,
  companyName: text,
  department: text,
  jobTitle: text,
  businessPhones: phones,
  homePhones: phones,
  mobilePhone: text,
  emailAddresses: z.array(z.strictObject({ name: text.optional(), address: text })),
  personalNotes: text,
  categories: z.array(z.string()),
  fileAs: text,
});
const Changes = Contact.partial();

const EMPTY: z.infer<typeof Contact> = {
  displayName: "",
  givenName: null,
  surname: null,
  middleName: null,
  nickName: null,
  title: null,
  companyName: null,
  department: null,
  jobTitle: null,
  businessPhones: [],
  homePhones: [],
  mobilePhone: null,
  emailAddresses: [],
  personalNotes: "",
  categories: [],
  fileAs: "",
};

/**
 * Reads the body of a contact that is created (`before` null) or changed. A contact without a display name gets one
 * from given name and surname.
 * @throws GraphError 400 for an unknown property or a value of the wrong type
 */
export function readContact(body: unknown, before: Entity | null): Entity {
  const parsed = Changes.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw badRequest(
      `The contact cannot be read: ${issue?.path.join("/") ?? ""} ${issue?.message ?? ""}`,
      "RequestBodyRead",
    );
  }
  const { emailAddresses, ...rest } = parsed.data;
  const given = Object.fromEntries(Object.entries(rest).flatMap((entry) => (entry[1] === undefined ? [] : [entry])));
  const addresses = emailAddresses?.map((email) => ({ name: email.name ?? email.address, address: email.address }));
  const changes: Entity = { ...given, ...(addresses === undefined ? {} : { emailAddresses: addresses }) };
  if (before !== null) return changes;
  const fullName = [changes.givenName, changes.surname].filter((part) => typeof part === "string").join(" ");
  const empty: Entity = { ...EMPTY, emailAddresses: [] };
  return { ...empty, ...(fullName === "" ? {} : { displayName: fullName }), ...changes };
}
