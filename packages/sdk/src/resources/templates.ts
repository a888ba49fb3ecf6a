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
import { listOf } from "./collection.ts";
import type { FetchedCall } from "./fetched-calls.ts";
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

export function templatesResource(http: Http, store: Store, call: FetchedCall): TemplatesResource {
  const note = (template: Template) => {
    store.templateNames.set(template.id, template.name);
    return template;
  };
  return {
    list: (filter, options) => listOf(http, "v1/templates", filter, options, note),
    get: call("getTemplate"),
    create: call("createTemplate"),
    update: call("updateTemplate"),
    delete: call("deleteTemplate"),
    preview: call("previewTemplate"),
  };
}
