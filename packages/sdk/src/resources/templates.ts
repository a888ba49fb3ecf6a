import type {
  CreateTemplate,
  PreviewTemplate,
  Template,
  TemplateId,
  TemplatePreview,
  UpdateTemplate,
} from "@trunkline/protocol";
import type { Http } from "../http.ts";
import type { Store } from "../store/store.ts";
import type { CallOptions, KeyedCallOptions } from "./call-options.ts";
import { collection, listOf, pathOf } from "./collection.ts";
import type { Listing, ListOptions } from "./listing.ts";

export interface TemplateFilter extends ListOptions {
  /** Part of the name, in any case. */
  name?: string | undefined;
}

/** Words that are sent often, with `{{name}}` and `{{name|default}}` for what differs. */
export interface TemplatesResource {
  /** By name. */
  list(filter?: TemplateFilter, options?: CallOptions): Listing<Template>;
  get(id: TemplateId, options?: CallOptions): Promise<Template>;
  create(input: CreateTemplate, options?: KeyedCallOptions): Promise<Template>;
  /** Changes what it names; `variants` replaces the whole list. Texts that were accepted keep their words. */
  update(id: TemplateId, changes: UpdateTemplate, options?: CallOptions): Promise<Template>;
  delete(id: TemplateId, options?: CallOptions): Promise<void>;
  /** What it says with these values, and in how many segments. Variables without a value are named in `missing`. */
  preview(id: TemplateId, input?: PreviewTemplate, options?: CallOptions): Promise<TemplatePreview>;
}

const PATH = "v1/templates";

export function templatesResource(http: Http, store: Store): TemplatesResource {
  const plain = collection<Template, CreateTemplate, UpdateTemplate>(http, PATH);
  const note = (template: Template) => {
    store.templateNames.set(template.id, template.name);
    return template;
  };
  return {
    list: (filter, options) => listOf(http, PATH, filter, options, note),
    get: async (id, options) => note(await plain.get(id, options)),
    create: async (input, options) => note(await plain.create(input, options)),
    update: async (id, changes, options) => note(await plain.update(id, changes, options)),
    delete: plain.delete,
    preview: (id, body = {}, options) =>
      http.call({ method: "POST", path: pathOf(PATH, id, "/preview"), body, isRepeatable: true }, options),
  };
}
