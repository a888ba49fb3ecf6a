import { h, icon } from "./dom.js";
import { dayName, timeOfDay } from "./format.js";
import { followPhone, textFromPhone } from "./server.js";

const OTHER = "other";
const AGAIN_MS = 1_000;
/** Of a text that goes on above, less than this, in pixels, looks like a mistake. */
const LEAST_SEEN = 44;

/** A customer's phone: it texts a line through the simulated carrier, and shows what arrives. */
export class Phone {
  #crm;
  #texts = [];
  #arriving = null;
  /** @type {{ text: string, after: number } | null} what is on its way, and how many texts there were before */
  #sending = null;
  #failed = null;
  #number = "";
  #line;
  #newOn = new Set();
  #follow = new AbortController();
  #parts = {};

  /** @param {HTMLElement} root */
  constructor(root, crm) {
    this.#crm = crm;
    this.#line = crm.allLines.find(({ id }) => id === crm.lines[0]?.id) ?? crm.allLines[0]; // one that the user sees
    this.#build(root);
    this.#parts.owner.value = crm.contacts[0].number;
    this.#use(crm.contacts[0].number);
    this.#tick();
  }

  /** Hands the phone to somebody, and opens their thread with a line. */
  handTo(number, lineId) {
    const line = this.#crm.allLines.find(({ id }) => id === lineId) ?? this.#line;
    if (number === this.#number && line === this.#line) return;
    this.#line = line;
    this.#parts.owner.value = [...this.#parts.owner.options].some(({ value }) => value === number) ? number : OTHER;
    this.#parts.other.hidden = this.#parts.owner.value !== OTHER;
    this.#parts.other.querySelector("input").value = number;
    this.#use(number);
  }

  /** Shows the last text, and no sliver of one at the top; a phone that was hidden could not scroll. */
  scrollToEnd() {
    const { texts } = this.#parts;
    texts.style.removeProperty("padding-block-end");
    texts.scrollTop = texts.scrollHeight;
    const edge = texts.getBoundingClientRect().top;
    const first = [...texts.children].map((item) => item.getBoundingClientRect()).find(({ bottom }) => bottom > edge);
    if (first === undefined || first.top >= edge || first.bottom - edge >= LEAST_SEEN) return;
    const room = Number.parseFloat(getComputedStyle(texts).paddingBlockEnd);
    texts.style.paddingBlockEnd = `${Math.ceil(room + first.bottom - edge)}px`;
    texts.scrollTop = texts.scrollHeight;
  }

  #build(root) {
    const { contacts, strangers, allLines } = this.#crm;
    const option = ({ name, number, shownNumber }) => h("option", { value: number }, name ?? shownNumber);
    const owner = h(
      "select",
      { id: "owner", onchange: () => this.#choose() },
      h("optgroup", { label: "Customers" }, ...contacts.map(option)),
      h("optgroup", { label: "Unknown numbers" }, ...strangers.map(option)),
      h("option", { value: OTHER }, "Another number …"),
    );
    const other = h(
      "label",
      { hidden: true },
      "Number, with + and country code",
      h("input", { class: "field", type: "tel", placeholder: "+1 206 555 0199", onchange: () => this.#choose() }),
    );
    const lines = allLines.map((line) =>
      h("button", { type: "button", onclick: () => this.#openLine(line) }, line.name),
    );
    const input = h("textarea", {
      rows: 1,
      placeholder: "Text message",
      "aria-label": "Text from the phone",
      maxlength: 1600,
      oninput: () => this.#arm(),
      onkeydown: (event) => this.#onKey(event),
    });
    const send = h("button", { type: "submit", "aria-label": "Send from the phone", disabled: true }, icon("send"));
    this.#parts = {
      owner,
      other,
      lines,
      input,
      send,
      time: h("span", {}),
      to: h("div", { class: "handset-to" }),
      texts: h("ol", { class: "handset-texts", tabindex: 0, "aria-label": "Texts on the phone" }),
      handset: h("div", { class: "handset" }),
    };
    const write = h("form", { class: "handset-write", onsubmit: (event) => this.#onSubmit(event) }, input, send);
    this.#parts.handset.append(
      h("div", { class: "handset-top", "aria-hidden": "true" }, this.#parts.time, h("span", { class: "handset-lens" })),
      this.#parts.to,
      h("div", { class: "handset-lines", role: "group", "aria-label": "Line to text" }, ...lines),
      this.#parts.texts,
      write,
    );
    root.append(
      h("div", { class: "phone-owner" }, h("label", {}, "Phone of", owner), other),
      this.#parts.handset,
      h(
        "p",
        { class: "phone-hint" },
        "Try it: text the boatyard from here, and answer in the inbox. STOP ends its texts, START lets them come again.",
      ),
    );
  }

  #choose() {
    const { owner, other } = this.#parts;
    other.hidden = owner.value !== OTHER;
    const typed = other.querySelector("input");
    if (owner.value === OTHER) {
      const number = typed.value.replace(/[^+\d]/g, "");
      if (/^\+[1-9]\d{6,14}$/.test(number)) this.#use(number);
      else typed.focus();
    } else this.#use(owner.value);
  }

  #use(number) {
    this.#follow.abort();
    this.#follow = new AbortController();
    this.#number = number;
    this.#texts = [];
    this.#sending = null;
    this.#failed = null;
    this.#newOn.clear();
    this.#render();
    void this.#listen(number, this.#follow.signal);
  }

  async #listen(number, signal) {
    while (!signal.aborted) {
      try {
        for await (const { type, data } of followPhone(number, signal)) {
          if (type === "snapshot") this.#texts = data.data;
          else if (type === "handset.message") this.#onText(data.message);
          this.#render();
        }
      } catch {
        // the server is away, or the phone was handed on; the loop's condition tells which
      }
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  #onText(text) {
    if (this.#texts.some(({ id }) => id === text.id)) return;
    this.#texts = [...this.#texts, text];
    if (text.direction === "sent") return;
    this.#arriving = text.id;
    if (text.from !== this.#line.number) this.#newOn.add(text.from);
    this.#parts.handset.classList.remove("handset-buzz");
    void this.#parts.handset.offsetWidth; // without a reflow the animation does not start again
    this.#parts.handset.classList.add("handset-buzz");
  }

  #openLine(line) {
    this.#line = line;
    this.#newOn.delete(line.number);
    this.#render();
  }

  #onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#parts.send.form.requestSubmit();
  }

  #onSubmit(event) {
    event.preventDefault();
    const text = this.#parts.input.value.trim();
    if (text === "" || this.#sending !== null) return;
    this.#parts.input.value = "";
    this.#arm();
    void this.#send(text);
  }

  async #send(text) {
    const number = this.#number;
    this.#sending = { text, after: this.#texts.length };
    this.#failed = null;
    this.#render();
    try {
      await textFromPhone(number, this.#line.number, text);
    } catch {
      if (number === this.#number) this.#failed = text;
    }
    if (number === this.#number) this.#sending = null;
    this.#render();
  }

  #arm() {
    this.#parts.send.disabled = this.#parts.input.value.trim() === "";
  }

  #tick() {
    this.#parts.time.textContent = timeOfDay(new Date());
    setTimeout(() => this.#tick(), 60_000 - (Date.now() % 60_000));
  }

  #render() {
    const { to, lines, texts } = this.#parts;
    to.replaceChildren(h("b", {}, "Alder Bay Boatyard"), h("span", {}, this.#line.shownNumber));
    for (const [index, button] of lines.entries()) {
      const line = this.#crm.allLines[index];
      button.setAttribute("aria-pressed", String(line === this.#line));
      button.classList.toggle("is-new", this.#newOn.has(line.number));
    }
    const mine = this.#texts.filter(({ from, to: target }) => [from, target].includes(this.#line.number));
    texts.replaceChildren(...this.#bubbles(mine));
    this.scrollToEnd();
  }

  #bubbles(mine) {
    const items = [];
    let lastDay = "";
    for (const { id, direction, text, at } of mine) {
      const on = dayName(new Date(at));
      if (on !== lastDay) items.push(h("li", { class: "handset-day" }, `${on}, ${timeOfDay(new Date(at))}`));
      lastDay = on;
      items.push(bubble(direction, text, id === this.#arriving));
    }
    this.#arriving = null; // it has arrived; drawing it again must not move it again
    return [...items, ...this.#ending(mine.at(-1), items.length === 0)];
  }

  /** What stands below the last text: one on its way, one that failed, or that the last one has arrived. */
  #ending(last, isEmpty) {
    const note = (...children) => h("li", { class: "handset-note" }, ...children);
    if (this.#sending !== null) {
      const { text, after } = this.#sending;
      const isTold = this.#texts.slice(after).some((told) => told.direction === "sent" && told.text === text);
      return isTold ? [note("Sending …")] : [bubble("sent", text, false), note("Sending …")];
    }
    if (this.#failed !== null) {
      const text = this.#failed;
      const again = h("button", { class: "link", onclick: () => void this.#send(text) }, "Not sent. Try again");
      return [bubble("sent", text, false), note(again)];
    }
    if (isEmpty) return [h("li", { class: "handset-day" }, "No texts yet")];
    return last?.direction === "sent" ? [note("Delivered")] : [];
  }
}

// An address that does not fit on a line goes on behind a slash, not in the middle of a word.
const SEAMS = /(?<=:\/\/\S*[^:/]\/)(?=\S)/;

function bubble(direction, text, isNew) {
  return h(
    "li",
    {
      class: `bubble bubble-${direction} ${isNew ? "bubble-arrives" : ""}`,
      dir: "auto",
    },
    ...text.split(SEAMS).flatMap((piece, index) => (index === 0 ? [piece] : [h("wbr"), piece])),
  );
}
