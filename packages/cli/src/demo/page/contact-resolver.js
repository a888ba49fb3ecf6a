/** Gives the inbox the names that the CRM has on file, and finds people while somebody types a recipient. */
export function contactResolver({ contacts, accounts }) {
  const known = ({ id, name, title, accountId }) => ({
    id,
    name,
    subtitle: `${title}, ${accounts.find((account) => account.id === accountId)?.name}`,
  });
  return {
    async lookup(numbers) {
      const found = contacts.filter(({ number }) => numbers.includes(number));
      return Object.fromEntries(found.map((contact) => [contact.number, known(contact)]));
    },
    async search(query) {
      const wanted = query.trim().toLowerCase();
      return contacts
        .filter((contact) =>
          `${contact.name} ${contact.number} ${known(contact).subtitle}`.toLowerCase().includes(wanted),
        )
        .map((contact) => ({ ...known(contact), number: contact.number }));
    },
  };
}
