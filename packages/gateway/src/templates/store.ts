import type { CreateTemplate, Template, TemplateId, TenantId, UpdateTemplate } from "@trunkline/protocol";
import { type Selectable, sql } from "kysely";
import type { Tx } from "../store/database.ts";
import { json } from "../store/json.ts";
import type { Tables } from "../store/tables.ts";
import { nextVersion } from "../store/version-time.ts";
import { variablesOf } from "./template-words.ts";

export type TemplateRow = Omit<Selectable<Tables["templates"]>, "tenant_id">;

export function toTemplate({ created_at, updated_at, ...row }: TemplateRow): Template {
  const { id, name, text, locale, variants } = row;
  return {
    id,
    name,
    text,
    locale,
    variants,
    variables: variablesOf(row),
    createdAt: created_at.toISOString(),
    updatedAt: updated_at.toISOString(),
  };
}

/** A template as a list has it: sorted by its name in small letters. */
export type ListedTemplate = TemplateRow & { sort_name: string };

/** Templates by name, after the one named and numbered in `after`. Index: templates_by_name. */
export async function listTemplates(
  tx: Tx,
  tenantId: TenantId,
  {
    name,
    after,
    limit,
  }: { name: string | undefined; after: readonly [name: string, id: string] | null; limit: number },
): Promise<ListedTemplate[]> {
  const named = name === undefined ? sql`` : sql`and position(lower(${name}) in lower(name)) > 0`;
  const rest = after === null ? sql`` : sql`and (lower(name), id) > (${after[0]}, ${after[1]})`;
  const { rows } = await sql<ListedTemplate>`select t.*, lower(name) as sort_name from templates t
    where tenant_id = ${tenantId} ${named} ${rest} order by lower(name), id limit ${limit}`.execute(tx);
  return rows;
}

/** Those of the templates that there are. */
export async function readTemplates(
  tx: Tx,
  tenantId: TenantId,
  ids: readonly TemplateId[],
): Promise<Map<TemplateId, TemplateRow>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .selectFrom("templates")
    .selectAll()
    .where("tenant_id", "=", tenantId)
    .where("id", "in", [...new Set(ids)])
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Reads a template and keeps it from being changed by others until the transaction ends; null when there is none. */
export async function lockTemplate(tx: Tx, tenantId: TenantId, id: TemplateId): Promise<TemplateRow | null> {
  const row = await tx
    .selectFrom("templates")
    .selectAll()
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

export async function insertTemplate(
  tx: Tx,
  tenantId: TenantId,
  id: TemplateId,
  { name, text, locale = null, variants = [] }: CreateTemplate,
  now: number,
): Promise<Template> {
  const at = new Date(now);
  const row = await tx
    .insertInto("templates")
    .values({ tenant_id: tenantId, id, name, text, locale, variants: json(variants), created_at: at, updated_at: at })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toTemplate(row);
}

/** Changes what `given` names, and always the version. */
export async function updateTemplate(
  tx: Tx,
  tenantId: TenantId,
  id: TemplateId,
  { name, text, locale, variants }: UpdateTemplate,
  now: number,
): Promise<Template> {
  const row = await tx
    .updateTable("templates")
    .set({
      updated_at: nextVersion(now),
      ...(name === undefined ? {} : { name }),
      ...(text === undefined ? {} : { text }),
      ...(locale === undefined ? {} : { locale }),
      ...(variants === undefined ? {} : { variants: json(variants) }),
    })
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toTemplate(row);
}

/** Deletes a template; false when there is none. */
export async function deleteTemplate(tx: Tx, tenantId: TenantId, id: TemplateId): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom("templates")
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}
