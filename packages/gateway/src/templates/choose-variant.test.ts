import { expect, test } from "vitest";
import { chooseVariant } from "./choose-variant.ts";

const template = (locale: string | null, ...others: string[]) => ({
  locale,
  text: "own",
  variants: others.map((one) => ({ locale: one, text: one })),
});

test.each([
  // asked for, languages beside the template's own (en), what is said
  ["es", ["es", "fr"], "es"],
  ["ES-mx", ["es-ES", "es-MX"], "es-MX"],
  ["pt-BR", ["pt", "pt-PT"], "pt"],
  ["pt-BR", ["pt-PT", "es"], "pt-PT"],
  ["zh-Hant-TW", ["zh-Hans", "zh-Hant"], "zh-Hant"],
  ["zh-TW", ["zh-CN", "zh-HK"], "zh-HK"],
  ["sr-Latn", ["sr-Cyrl"], "own"],
  ["de-CH-x-farm", ["de-CH", "de"], "de-CH"],
  ["en-GB", ["es"], "own"],
  ["ja", ["es", "fr"], "own"],
  ["aaaaaaaaa-b-", ["es"], "own"],
])("asked for %s beside en and %j it says %s", (wanted, others, said) => {
  expect(chooseVariant(template("en", ...others), wanted).text).toBe(said);
});

test("nobody asks for a language, or the template's own is not known: its own words, or the nearest", () => {
  expect(chooseVariant(template("en", "es"), undefined).text).toBe("own");
  expect(chooseVariant(template(null, "es"), "fr").text).toBe("own");
  expect(chooseVariant(template(null, "es"), "es-MX").text).toBe("es");
});

test("the order of the variants settles what two are equally near to", () => {
  expect(chooseVariant(template("en", "es-AR", "es-MX"), "es-CL").text).toBe("es-AR");
});
