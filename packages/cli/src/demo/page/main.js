import { contactResolver } from "./contact-resolver.js";
import { h, icon } from "./dom.js";
import { Phone } from "./phone.js";
import { contactOf, loadCrm, signIn } from "./server.js";
import { accountView } from "./views/account.js";
import { accountsView } from "./views/accounts.js";
import { contactView } from "./views/contact.js";
import { pipelineView } from "./views/pipeline.js";

const byId = (id) => document.getElementById(id);
const page = byId("page");
const inbox = document.querySelector("trunkline-inbox");
const crm = await loadCrm();
inbox.contactResolver = contactResolver(crm);
const phone = new Phone(document.querySelector(".phone"), crm);

/* the bar: theme and user */

const darkWanted = matchMedia("(prefers-color-scheme: dark)");
const contrastWanted = matchMedia("(prefers-contrast: more)");

function applyTheme() {
  const chosen = byId("theme").value;
  const own = contrastWanted.matches ? "contrast" : darkWanted.matches ? "dark" : "light";
  document.documentElement.dataset.theme = chosen === "auto" ? own : chosen;
  inbox.setAttribute("theme", document.documentElement.dataset.theme);
}

byId("theme").value = localStorage.getItem("harbor-theme") ?? "auto";
byId("theme").addEventListener("change", ({ target }) => {
  localStorage.setItem("harbor-theme", target.value);
  applyTheme();
});
darkWanted.addEventListener("change", applyTheme);
contrastWanted.addEventListener("change", applyTheme);
applyTheme();

byId("user").append(...crm.staff.map(({ id, name }) => h("option", { value: id, selected: id === crm.me }, name)));
byId("user").addEventListener("change", async ({ target }) => {
  await signIn(target.value);
  localStorage.setItem("harbor-user", target.value);
  location.reload(); // the inbox asks for a session again and gets the new user's
});
addEventListener("storage", ({ key }) => {
  if (key === "harbor-user") location.reload(); // another window signed somebody else in, for this one too
});

/* the rail */

const unread = h("span", { class: "unread" });
const links = [
  ["accounts", "Accounts", icon("accounts")],
  ["pipeline", "Pipeline", icon("pipeline")],
  ["texts", "Texts", icon("texts"), unread],
].map(([view, name, ...parts]) => [view, h("a", { href: `#/${view}` }, ...parts, name)]);
const phoneButton = h(
  "button",
  {
    type: "button",
    onclick: () => showPhone(document.body.dataset.phone === "hidden"),
  },
  icon("phone"),
  "Phone",
);
document.querySelector(".rail").append(...links.map(([, link]) => link), phoneButton);

function showPhone(isShown) {
  document.body.dataset.phone = isShown ? "shown" : "hidden";
  phoneButton.setAttribute("aria-pressed", String(isShown));
  if (isShown) phone.scrollToEnd();
}

inbox.addEventListener("trunkline-unread", ({ detail }) => {
  unread.textContent = detail.conversations > 0 ? String(detail.conversations) : "";
  unread.setAttribute("aria-label", `${detail.conversations} unread`);
});

/* the record and its conversation */

/** Room for everything at once, and for the inbox beside the page. */
const usual = matchMedia("(width >= 1240px)");
const beside = matchMedia("(width >= 700px)");

/** Opens a contact's conversation, on their usual line if the user has it. */
async function openTexts(contact, options) {
  const line = crm.lines.find(({ id }) => id === contact.lineId) ?? crm.lines[0];
  phone.handTo(contact.number, line.id);
  await customElements.whenDefined("trunkline-inbox"); // its script may come after our data
  await inbox.open({ lineId: line.id, to: contact.number }, options);
}

async function clickToText(contact) {
  if (!beside.matches) {
    showPhone(false);
    location.hash = "#/texts";
  }
  await openTexts(contact);
}

inbox.addEventListener("trunkline-select", async ({ detail }) => {
  if (detail.conversationId === null) return; // back to the list
  const { number, lineId, contactId } = await contactOf(detail.conversationId);
  phone.handTo(number, lineId);
  if (document.body.dataset.view === "texts") return;
  if (contactId === null) return show("stranger", number);
  history.replaceState(null, "", `#/contacts/${contactId}`); // no hashchange: the conversation is open already
  show("contacts", contactId);
});

inbox.addEventListener("trunkline-open-contact", (event) => {
  const contact = crm.contacts.find(({ number }) => number === event.detail.contact.number);
  if (contact === undefined) return;
  event.preventDefault();
  location.hash = `#/contacts/${contact.id}`;
});

/* pages */

const VIEWS = {
  accounts: (id) => (id === undefined ? accountsView(crm) : accountView(crm, id, { onText: clickToText })),
  contacts: (id) => contactView(crm, id, { onText: clickToText }),
  pipeline: () => pipelineView(crm),
  texts: () => [],
  stranger: (number) => [
    h(
      "header",
      { class: "head" },
      h("div", {}, h("h1", {}, "Unknown number"), h("p", { class: "sub" }, number, " is in no record.")),
    ),
  ],
};

function show(view, id) {
  const content = VIEWS[view]?.(id) ?? [h("h1", {}, "There is no such page.")];
  document.body.dataset.view = view;
  page.replaceChildren(...content);
  page.scrollTop = 0;
  for (const [name, link] of links) {
    if (name === view || (name === "accounts" && view === "contacts")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

async function route() {
  const [view, id] = location.hash.slice(2).split("/");
  if (view === "") {
    history.replaceState(null, "", `#/contacts/${crm.contacts[0].id}`);
    return route();
  }
  if (!usual.matches) showPhone(false);
  show(view, id);
  const contact = view === "contacts" ? crm.contacts.find((one) => one.id === id) : undefined;
  if (contact !== undefined) await openTexts(contact, { focus: false }); // a record was asked for, not a text
}

showPhone(usual.matches);
usual.addEventListener("change", ({ matches }) => showPhone(matches));
addEventListener("hashchange", () => {
  void route().then(() => page.focus({ preventScroll: true }));
});
await route();
