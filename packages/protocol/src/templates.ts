import * as z from "zod/mini";
import { MAX_VARIABLES, messageText, templateValues } from "./messages.ts";
import { cursor, id, limit, languageTag as locale, text, timestamp } from "./schema.ts";
import { templateVariables, unclosedPlace } from "./template.ts";

/**
 * More variables than a call can give values for would make a template that cannot be sent, and a place that is not
 * closed would be sent as it is written.
 */
export const templateText = messageText.check(
  z.refine((value) => templateVariables(value).length <= MAX_VARIABLES, `must have at most ${MAX_VARIABLES} variables`),
  z.refine(
    (value) => unclosedPlace(value) === null,
    "has a place that begins with {{ and does not end with }}: write {{name}} or {{name|default}}, without braces inside",
  ),
);

/** The same words in another language. */
const variant = z.strictObject({ locale, text: templateText });

/** A variable of a template, in the order of its first use; `default` is what stands for it when no value is given. */
export const TemplateVariable = z.object({ name: z.string(), default: z.nullable(z.string()) });
export type TemplateVariable = z.infer<typeof TemplateVariable>;

/**
 * Words that are sent often. `{{name}}` stands for a value, `{{name|default}}` for one that may be missing; everything
 * else is text. `variables` are those of all variants.
 */
export const Template = z.object({
  id: id("tpl"),
  name: text({ min: 1, max: 100 }),
  text: messageText,
  /** Language of `text`; null when nobody said. */
  locale: z.nullable(locale),
  variants: z.array(variant),
  variables: z.array(TemplateVariable),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Template = z.infer<typeof Template>;

const variants = z.array(variant).check(
  z.maxLength(50),
  z.refine(
    (given) => new Set(given.map((one) => one.locale.toLowerCase())).size === given.length,
    "must name each language once",
  ),
);

export const CreateTemplate = z.strictObject({
  name: text({ min: 1, max: 100 }),
  text: templateText,
  locale: z.optional(z.nullable(locale)),
  variants: z.optional(variants),
});
export type CreateTemplate = z.infer<typeof CreateTemplate>;

export const UpdateTemplate = z.partial(CreateTemplate);
export type UpdateTemplate = z.infer<typeof UpdateTemplate>;

export const ListTemplates = z.strictObject({
  limit,
  cursor,
  /** Part of the name, in any case. */
  name: z.optional(text({ min: 1, max: 100 })),
});
export type ListTemplates = z.infer<typeof ListTemplates>;

export const PreviewTemplate = z.strictObject({
  variables: z.optional(templateValues),
  locale: z.optional(locale),
});
export type PreviewTemplate = z.infer<typeof PreviewTemplate>;

/** What a template would say. Variables that still lack a value stay as they are written, and are named in `missing`. */
export const TemplatePreview = z.object({
  text: z.string(),
  /** Of the variant that was taken. */
  locale: z.nullable(z.string()),
  missing: z.array(z.string()),
  encoding: z.enum(["gsm7", "ucs2"]),
  segments: z.int(),
});
export type TemplatePreview = z.infer<typeof TemplatePreview>;
