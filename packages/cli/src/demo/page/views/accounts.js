import { h } from "../dom.js";
import { money } from "../format.js";

/** All accounts, with a field that narrows them by account, boat or person. */
export function accountsView({ accounts, contacts, deals }) {
  const rows = accounts.map((account) => {
    const people = contacts.filter(({ accountId }) => accountId === account.id);
    const open = deals.filter(({ accountId, stage }) => accountId === account.id && stage !== "Done");
    const value = open.reduce((sum, deal) => sum + deal.value, 0);
    const element = h(
      "tr",
      {},
      h(
        "td",
        {},
        h("a", { href: `#/accounts/${account.id}` }, account.name),
        h("span", { class: "soft" }, people.map(({ name }) => name).join(", ")),
      ),
      h("td", { class: "can-go" }, account.kind),
      h("td", { class: "can-go" }, account.berth ?? "–"),
      h("td", { class: "number money" }, value === 0 ? "–" : money(value)),
    );
    const words = [account.name, account.kind, account.boat ?? "", ...people.map(({ name }) => name)].join(" ");
    return { element, words: words.toLowerCase() };
  });

  const body = h("tbody", {}, ...rows.map(({ element }) => element));
  const nothing = h("p", { class: "nothing", hidden: true }, "No account, boat or person has that name.");
  const narrow = ({ target }) => {
    const wanted = target.value.trim().toLowerCase();
    for (const { element, words } of rows) element.hidden = !words.includes(wanted);
    nothing.hidden = rows.some(({ element }) => !element.hidden);
  };
  return [
    h(
      "header",
      { class: "head" },
      h("div", {}, h("h1", {}, "Accounts"), h("p", { class: "sub" }, `${accounts.length} customers and suppliers`)),
      h("input", {
        class: "field find",
        type: "search",
        placeholder: "Find account, boat or person",
        "aria-label": "Find account, boat or person",
        oninput: narrow,
      }),
    ),
    h(
      "div",
      { class: "card card-table" },
      h(
        "table",
        { class: "table" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, "Account"),
            h("th", { scope: "col", class: "can-go" }, "Kind"),
            h("th", { scope: "col", class: "can-go" }, "Berth"),
            h("th", { scope: "col", class: "number" }, "Open deals"),
          ),
        ),
        body,
      ),
      nothing,
    ),
  ];
}
