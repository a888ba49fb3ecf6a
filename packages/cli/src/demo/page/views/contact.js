import { avatar, h, icon } from "../dom.js";
import { ago, languageName } from "../format.js";
import { dealRows } from "./deals.js";

/** One contact's record: facts, deals, and what happened. The inbox beside it shows their texts. */
export function contactView({ contacts, accounts, deals, activities, allLines }, id, { onText }) {
  const contact = contacts.find((one) => one.id === id);
  if (contact === undefined) return null;
  const account = accounts.find((one) => one.id === contact.accountId);
  const line = allLines.find((one) => one.id === contact.lineId);
  const happened = activities.filter(({ contactId }) => contactId === id).sort((a, b) => a.agoMs - b.agoMs);
  const text = () => onText(contact);
  return [
    h(
      "ol",
      { class: "crumbs" },
      h("li", {}, h("a", { href: "#/accounts" }, "Accounts")),
      h("li", {}, h("a", { href: `#/accounts/${account.id}` }, account.name)),
      h("li", { "aria-current": "page" }, contact.name),
    ),
    h(
      "header",
      { class: "head" },
      avatar(contact.name, "avatar-large"),
      h(
        "div",
        {},
        h("h1", { lang: contact.language }, contact.name),
        h("p", { class: "sub" }, `${contact.title}, ${account.name} · ${contact.place}`),
      ),
      h("button", { class: "button", onclick: text }, icon("texts"), "Text"),
    ),
    h(
      "div",
      { class: "cards cards-two" },
      h(
        "section",
        { class: "card", "aria-label": "Details" },
        h("h2", {}, "Details"),
        h(
          "dl",
          { class: "facts" },
          ...facts([
            [
              "Mobile",
              h(
                "button",
                {
                  class: "link",
                  onclick: text,
                  "aria-label": `Text ${contact.shownNumber}`,
                },
                contact.shownNumber,
              ),
            ],
            ["E-mail", emailOf(contact)],
            ["Language", languageName(contact.language)],
            ["Texts with", line?.name],
            ["Boat", account.boat],
            ["Berth", account.berth],
            ["Since", account.since],
          ]),
        ),
      ),
      h(
        "section",
        { class: "card", "aria-label": "Deals" },
        h("h2", {}, "Deals"),
        dealRows(deals.filter(({ accountId }) => accountId === account.id)),
      ),
      h(
        "section",
        { class: "card wide", "aria-label": "Activity" },
        h("h2", {}, "Activity"),
        happened.length === 0
          ? h("p", { class: "soft" }, "Nothing but texts so far.")
          : h(
              "ul",
              { class: "log" },
              ...happened.map(({ kind, text: what, agoMs }) =>
                h(
                  "li",
                  {},
                  icon(kind),
                  h("p", {}, h("span", { class: "visually-hidden" }, `${kind}: `), what),
                  h("time", {}, ago(agoMs)),
                ),
              ),
            ),
      ),
    ),
  ];
}

function facts(pairs) {
  return pairs.flatMap(([name, value]) => (value === undefined ? [] : [h("dt", {}, name), h("dd", {}, value)]));
}

/** The address with a place to break before its `@`. */
function emailOf({ email }) {
  const [name, host] = email.split("@");
  return h("span", {}, name, h("wbr"), `@${host}`);
}
