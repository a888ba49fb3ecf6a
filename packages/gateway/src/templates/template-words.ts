import { renderTemplate, type TemplateVariable, templateVariables } from "@trunkline/protocol";
import { chooseVariant, type TemplateWords, type Variant } from "./choose-variant.ts";

/** What a template says with values, in the language that comes nearest to the one asked for. */
export interface Rendered extends Variant {
  /** Variables without value and default; their places are still in `text`: do not send it. */
  readonly missing: readonly string[];
}

export function renderWords(
  template: TemplateWords,
  { variables = {}, locale }: { variables?: Readonly<Record<string, string>> | undefined; locale?: string | undefined },
): Rendered {
  const variant = chooseVariant(template, locale);
  return { locale: variant.locale, ...renderTemplate(variant.text, variables) };
}

/** The variables of all variants, each once; of two defaults the first counts. */
export function variablesOf({ text, variants }: TemplateWords): TemplateVariable[] {
  const found = new Map<string, TemplateVariable>();
  for (const variable of [text, ...variants.map((one) => one.text)].flatMap(templateVariables)) {
    const known = found.get(variable.name);
    if (known === undefined || known.default === null) found.set(variable.name, { ...variable });
  }
  return [...found.values()];
}
