/** Names under which templates ask for the recipient's name, without case, `_`, `-` and `.`. */
const WHOLE = new Set(["name", "fullname", "contactname", "customername"]);
const FIRST = new Set(["firstname", "givenname", "contactfirstname"]);
const LAST = new Set(["lastname", "familyname", "surname", "contactlastname"]);

/**
 * What is known of a template's variables: the recipient's name under its usual names. First and last name are parted
 * at blanks; a name of one word has no last name.
 */
export function knownValues(variables: readonly string[], recipientName: string): Record<string, string> {
  const name = recipientName.trim();
  const [first = "", ...others] = name.split(/\s+/);
  const known: Record<string, string> = {};
  for (const variable of variables) {
    const plain = variable.toLowerCase().replace(/[_.-]/g, "");
    const value = WHOLE.has(plain) ? name : FIRST.has(plain) ? first : LAST.has(plain) ? others.join(" ") : "";
    if (value !== "") known[variable] = value;
  }
  return known;
}
