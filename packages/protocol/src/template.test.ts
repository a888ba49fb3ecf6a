import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeTemplate, parseTemplate, renderTemplate, templateVariables, unclosedPlace } from "./template.ts";

test("a value takes the place of its name, as often as it is named", () => {
  const { text, missing } = renderTemplate("Hi {{name}}, is {{ name }} free at {{visit.time}}?", {
    name: "Ada",
    "visit.time": "5",
  });
  expect(text).toBe("Hi Ada, is Ada free at 5?");
  expect(missing).toEqual([]);
});

test("a default stands in for a value that is missing or empty", () => {
  expect(renderTemplate("Hi {{name|there}}", {}).text).toBe("Hi there");
  expect(renderTemplate("Hi {{name|there}}", { name: "" }).text).toBe("Hi there");
  expect(renderTemplate("Hi {{name| there, }}!", {}).text, "blanks of a default are the author's").toBe("Hi  there, !");
  expect(renderTemplate("Hi{{name|}}", {})).toEqual({ text: "Hi", missing: [] });
});

test("a missing value without a default is named and leaves its place as written", () => {
  const { text, missing } = renderTemplate("{{b}} {{a}} {{b}} {{ c }}", { a: "1" });
  expect(text).toBe("{{b}} 1 {{b}} {{ c }}");
  expect(missing).toEqual(["b", "c"]);
  expect(renderTemplate("({{a}})", { a: "" }), "an empty value is a value").toEqual({ text: "()", missing: [] });
});

test.each(["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"])(
  "{{%s}} stays text unless given",
  (key) => {
    const template = `a {{${key}}} b`;
    expect(renderTemplate(template, {})).toEqual({ text: template, missing: [key] });
    const given = JSON.parse(`{"${key}":"x"}`) as Record<string, string>;
    expect(renderTemplate(template, given)).toEqual({ text: "a x b", missing: [] });
    expect(templateVariables(template)).toEqual([{ name: key, default: null }]);
  },
);

test.each([
  "{{#if name}}yes{{/if}}",
  "{{}}",
  "{{1a}}",
  "{{a b}}",
  "{{name",
  "name}}",
  "{ {name}}",
  "$" + "{name} $& $1 <%= name %>",
  "{{a|{b}}}",
  "C:\\temp\\",
])("%s is text", (given) => {
  expect(renderTemplate(given, { name: "x", a: "y", b: "z" })).toEqual({ text: given, missing: [] });
});

test("a backslash before a place makes it text, two make one", () => {
  const given = { name: "Ada" };
  expect(renderTemplate("\\{{name}}", given)).toEqual({ text: "{{name}}", missing: [] });
  expect(renderTemplate("\\\\{{name}}", given).text).toBe("\\Ada");
  expect(renderTemplate("\\\\\\{{name|x}}", given).text).toBe("\\{{name|x}}");
  expect(renderTemplate("\\{{#if}}", given).text, "elsewhere it is a backslash").toBe("\\{{#if}}");
});

test("variables are listed once, with their first default", () => {
  expect(templateVariables("{{a}} {{b|x}} {{a|1}} {{a|2}} {{b}} \\{{c}}")).toEqual([
    { name: "a", default: "1" },
    { name: "b", default: "x" },
  ]);
});

const name = fc.constantFrom("a", "name", "visit.time", "constructor", "__proto__", "_x-1");
const words = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: fc.constantFrom("{", "}", "|", "\\", "a", " ", "#"), maxLength: 14 }),
  name.map((given) => `{{${given}}}`),
);
const values = fc
  .array(fc.tuple(name, words))
  .map((entries) => Object.fromEntries(entries.map(([key, value]) => [key, value])) as Record<string, string>);
const anyTemplate = fc
  .array(
    fc.oneof(
      words,
      name.map((given) => `{{${given}|x}}`),
    ),
    { maxLength: 8 },
  )
  .map((all) => all.join(""));

test("values are never read as templates: the text is the pieces with their values, and nothing else", () => {
  fc.assert(
    fc.property(anyTemplate, values, (given, variables) => {
      const { text, missing } = renderTemplate(given, variables);
      const byHand = parseTemplate(given).map((piece) => {
        if (piece.kind === "text") return piece.text;
        const own = Object.entries(variables).find(([key]) => key === piece.name)?.[1];
        return own || (piece.default ?? own ?? piece.source);
      });
      expect(text).toBe(byHand.join(""));
      const named = templateVariables(given).map((variable) => variable.name);
      expect(named).toEqual(expect.arrayContaining([...missing]));
      expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    }),
    { numRuns: 2_000 },
  );
});

test("any words can be written in a template by escaping them", () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 6 }), values, (given, variables) => {
      const text = given.join("");
      expect(renderTemplate(escapeTemplate(text), variables)).toEqual({ text, missing: [] });
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["Hi {{name", "{{name"],
  ["Hi {{name}, see you", "{{name"],
  ["Hi {{ name }} and {{shop|the {shop}}}", "{{shop|the "],
  ["{{a {{b}}", "{{a "],
  ["Hi {{name}}, {{time|soon}}", null],
  ["{{{name}}} {{#if}} {{= 1}} {{ 1 < 2", null],
  ["a { b } {{", null],
])("a place that is begun and not closed is found in %j", (template, found) => {
  expect(unclosedPlace(template)).toBe(found);
});

test("a hostile template of 64 kB is read in an instant", () => {
  for (const piece of ["{", "{{", "{{a", "{{a|", "\\", "{{ ", "{{a|x}", "\\{{a}}", "{{a "]) {
    const hostile = piece.repeat(Math.ceil(65_536 / piece.length));
    const start = performance.now();
    renderTemplate(hostile, { a: "b" });
    unclosedPlace(hostile);
    expect(performance.now() - start, piece).toBeLessThan(250);
  }
});
