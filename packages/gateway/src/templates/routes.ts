import type { TemplateId, TemplatePreview, TenantId, UpdateTemplate } from "@trunkline/protocol";
import { segments } from "@trunkline/protocol/segments";
import type { Clock } from "../clock.ts";
import { once } from "../http/idempotency.ts";
import { openPage } from "../http/paging.ts";
import { invalid, notFound } from "../http/refusal.ts";
import type { Handlers } from "../http/route.ts";
import type { Ids } from "../random.ts";
import type { Database, Tx } from "../store/database.ts";
import {
  deleteTemplate,
  insertTemplate,
  listTemplates,
  lockTemplate,
  readTemplates,
  type TemplateRow,
  toTemplate,
  updateTemplate,
} from "./store.ts";
import { renderWords } from "./template-words.ts";

export interface TemplateParts {
  database: Database;
  clock: Clock;
  ids: Ids;
}

type TemplateOperation =
  | "listTemplates"
  | "createTemplate"
  | "getTemplate"
  | "updateTemplate"
  | "deleteTemplate"
  | "previewTemplate";

export function templateRoutes({ database, clock, ids }: TemplateParts): Handlers<TemplateOperation> {
  return {
    async listTemplates({ principal: { tenantId }, query }) {
      const page = openPage("listTemplates", query, ["text", "id"]);
      const rows = await database.tenant(tenantId, (tx) =>
        listTemplates(tx, tenantId, { name: query.name, after: page.after, limit: page.limit + 1 }),
      );
      return page.answer(rows, ({ sort_name, id }) => [sort_name, id], toTemplate);
    },

    createTemplate({ principal: { tenantId }, body, keyed, audit }) {
      refuseSameLanguage(body);
      return database.tenant(tenantId, (tx) =>
        once(tx, keyed, async () => {
          const template = await insertTemplate(tx, tenantId, ids("template"), body, clock.now());
          await audit(tx, tenantId, { object: { kind: "template", id: template.id }, before: null, after: template });
          return template;
        }),
      );
    },

    async getTemplate({ principal: { tenantId }, params }) {
      return toTemplate(await database.tenant(tenantId, (tx) => readOne(tx, tenantId, params.id)));
    },

    updateTemplate: ({ principal: { tenantId }, params: { id }, body, audit }) =>
      database.tenant(tenantId, async (tx) => {
        const before = await lockTemplate(tx, tenantId, id);
        if (!before) throw notFound();
        refuseSameLanguage({
          locale: body.locale === undefined ? before.locale : body.locale,
          variants: body.variants ?? before.variants,
        });
        const after = await updateTemplate(tx, tenantId, id, body, clock.now());
        await audit(tx, tenantId, { object: { kind: "template", id }, before: toTemplate(before), after });
        return after;
      }),

    async deleteTemplate({ principal: { tenantId }, params: { id }, audit }) {
      await database.tenant(tenantId, async (tx) => {
        const before = await lockTemplate(tx, tenantId, id);
        if (!before || !(await deleteTemplate(tx, tenantId, id))) throw notFound();
        await audit(tx, tenantId, { object: { kind: "template", id }, before: toTemplate(before), after: null });
      });
    },

    async previewTemplate({ principal: { tenantId }, params, body }): Promise<TemplatePreview> {
      const template = await database.tenant(tenantId, (tx) => readOne(tx, tenantId, params.id));
      const { text, locale, missing } = renderWords(template, body);
      const { encoding, segments: count } = segments(text);
      return { text, locale, missing: [...missing], encoding, segments: count };
    },
  };
}

async function readOne(tx: Tx, tenantId: TenantId, id: TemplateId): Promise<TemplateRow> {
  const template = (await readTemplates(tx, tenantId, [id])).get(id);
  if (!template) throw notFound();
  return template;
}

/** Two texts in one language would leave it to chance which of them is sent. */
function refuseSameLanguage({ locale, variants = [] }: Pick<UpdateTemplate, "locale" | "variants">): void {
  if (!locale) return;
  const index = variants.findIndex((variant) => variant.locale.toLowerCase() === locale.toLowerCase());
  if (index >= 0) throw invalid(["variants", index, "locale"], "is the language of `text` already");
}
