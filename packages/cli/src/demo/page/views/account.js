import { avatar, h, icon } from "../dom.js";
import { dealRows } from "./deals.js";

/** One account: the people behind it and what is sold to them. */
export function accountView({ accounts, contacts, deals }, id, { onText }) {
  const account = accounts.find((one) => one.id === id);
  if (account === undefined) return null;
  const people = contacts.filter(({ accountId }) => accountId === id);
  return [
    h(
      "ol",
      { class: "crumbs" },
      h("li", {}, h("a", { href: "#/accounts" }, "Accounts")),
      h("li", { "aria-current": "page" }, account.name),
    ),
    h(
      "header",
      { class: "head" },
      avatar(account.name, "avatar-large"),
      h(
        "div",
        {},
        h("h1", {}, account.name),
        h(
          "p",
          { class: "sub" },
          [account.boat, account.berth && `berth ${account.berth.replaceAll(" ", "\u00a0")}`]
            .filter(Boolean)
            .join(" · ") || account.kind,
        ),
      ),
    ),
    h(
      "div",
      { class: "cards" },
      h(
        "section",
        { class: "card", "aria-label": "People" },
        h("h2", {}, "People"),
        h(
          "ul",
          { class: "rows" },
          ...people.map((person) =>
            h(
              "li",
              {},
              avatar(person.name),
              h(
                "div",
                { class: "grow" },
                h("a", { href: `#/contacts/${person.id}`, lang: person.language }, person.name),
                h(
                  "small",
                  {},
                  person.title,
                  h("span", { class: "dot" }, " · "),
                  h("span", { class: "unbroken" }, person.shownNumber),
                ),
              ),
              h(
                "button",
                {
                  class: "button button-quiet",
                  "aria-label": `Text ${person.name}`,
                  onclick: () => onText(person),
                },
                icon("texts"),
                h("span", {}, "Text"),
              ),
            ),
          ),
        ),
      ),
      h(
        "section",
        { class: "card", "aria-label": "Deals" },
        h("h2", {}, "Deals"),
        dealRows(deals.filter(({ accountId }) => accountId === id)),
      ),
    ),
  ];
}
