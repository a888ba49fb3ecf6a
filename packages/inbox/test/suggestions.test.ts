import { displayNumber } from "@trunkline/protocol/vocabulary";
import { expect, test, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { ContactResolver } from "../src/index.ts";
import { expectAccessible } from "./support/axe.ts";
import { hasFocus } from "./support/focus.ts";
import { useDesk } from "./support/world.ts";

const desk = useDesk();
const to = () => page.getByRole("combobox", { name: "To" });
const option = (name: string | RegExp) => page.getByRole("option", { name });

function hostWith(people: Readonly<Record<string, string>>) {
  const search = vi.fn<NonNullable<ContactResolver["search"]>>(async (query) =>
    Object.entries(people)
      .filter(([name]) => name.toLowerCase().includes(query.toLowerCase()))
      .map(([name, number]) => ({ name, number, subtitle: "Customer" })),
  );
  const lookup: ContactResolver["lookup"] = async () => ({});
  return { resolver: { lookup, search }, search };
}

test("people are found by name with the keys alone, and the text goes to the one who was chosen", async () => {
  const [ann, anna] = [desk.number(), desk.number()];
  const { resolver } = hostWith({ "Ann Abel": ann, "Anna Berg": anna, "Carl Dahl": desk.number() });
  const inbox = desk.inbox({ contactResolver: resolver });
  await inbox.open({ to: "" });
  await hasFocus(to());
  await userEvent.keyboard("ann");
  await expect.element(option(/Anna Berg.*Customer/)).toBeVisible();
  await expect.element(page.getByText("2 people found")).toBeInTheDocument();
  await expectAccessible(inbox);
  await userEvent.keyboard("{ArrowDown}{ArrowDown}");
  await expect.element(option(/Anna Berg/)).toHaveAttribute("aria-selected", "true");
  await expectAccessible(inbox);
  await userEvent.keyboard("{Enter}Hello Anna{Enter}");
  await expect.element(page.getByRole("article", { name: /^You, .*Delivered$/ })).toBeVisible();
  expect(desk.sandbox.handset(anna).messages()).toMatchObject([{ text: "Hello Anna" }]);
});

test("a click chooses too, and Escape closes the list before it closes the message", async () => {
  const number = desk.number();
  const { resolver } = hostWith({ "Dora Ek": number });
  const inbox = desk.inbox({ contactResolver: resolver });
  await inbox.open({ to: "" });
  await userEvent.keyboard("dora");
  await expect.element(option(/Dora Ek/)).toBeVisible();
  await userEvent.keyboard("{Escape}");
  await expect.element(option(/Dora Ek/)).not.toBeInTheDocument();
  await expect.element(to()).toHaveValue("dora");
  await userEvent.keyboard(" ");
  await option(/Dora Ek/).click();
  await expect.element(to()).toHaveValue(displayNumber(number));
  await hasFocus(page.getByRole("textbox", { name: /^Message to/ }));
});

test("an answer that comes late does not replace a newer one, and a failure is told", async () => {
  const asked: { query: string; signal: AbortSignal; answer(name: string): void }[] = [];
  const search: ContactResolver["search"] = (query, { signal }) =>
    query === "fail"
      ? Promise.reject(new Error("The directory is away."))
      : new Promise((resolve) => {
          asked.push({ query, signal, answer: (name) => resolve([{ name, number: desk.number() }]) });
        });
  const inbox = desk.inbox({ contactResolver: { lookup: async () => ({}), search } });
  await inbox.open({ to: "" });
  await to().fill("old");
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  await to().fill("new");
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  asked[1]?.answer("Newer");
  asked[0]?.answer("Older");
  await expect.element(option(/Newer/)).toBeVisible();
  await expect.element(option(/Older/)).not.toBeInTheDocument();
  const told = vi.fn();
  inbox.addEventListener("trunkline-error", told);
  await to().fill("fail");
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1));
});

test("who was reached by the keys stays reached when the answer to more letters comes", async () => {
  const asked: ((names: readonly string[]) => void)[] = [];
  const [ann, anna, hannah] = [desk.number(), desk.number(), desk.number()];
  const numbers: Readonly<Record<string, string>> = { Ann: ann, Anna: anna, Hannah: hannah };
  const search: ContactResolver["search"] = () =>
    new Promise((resolve) => {
      asked.push((names) => resolve(names.map((name) => ({ name, number: numbers[name] ?? "" }))));
    });
  const inbox = desk.inbox({ contactResolver: { lookup: async () => ({}), search } });
  await inbox.open({ to: "" });
  await to().fill("ann");
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  asked[0]?.(["Ann", "Hannah", "Anna"]);
  await expect.element(option(/Hannah/)).toBeVisible();
  await to().fill("anna");
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}");
  await expect.element(option(/^Anna/)).toHaveAttribute("aria-selected", "true");
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  asked[1]?.(["Hannah", "Anna"]);
  await expect.element(page.getByText("2 people found")).toBeInTheDocument();
  await expect.element(option(/^Anna/)).toHaveAttribute("aria-selected", "true");
  await userEvent.keyboard("{Enter}");
  await expect.element(to()).toHaveValue(displayNumber(anna));
});
