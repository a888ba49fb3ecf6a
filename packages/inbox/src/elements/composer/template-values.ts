/** A variable's name as people read it: "firstName" and "first_name" are "First name". */
export function readableName(variable: string): string {
  const words = variable
    .replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, " ")
    .split(/[\s_.-]+/)
    .filter((word) => word !== "")
    .map((word) => (/^\p{Lu}{2,}$/u.test(word) ? word : word.toLowerCase()));
  const name = words.join(" ") || variable;
  return name.replace(/^\p{Ll}/u, (first) => first.toUpperCase());
}

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
