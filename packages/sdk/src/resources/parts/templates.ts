import type {
  CreateTemplate,
  PreviewTemplate,
  Template,
  TemplateId,
  TemplatePreview,
  UpdateTemplate,
} from "@trunkline/protocol";
import type { Http } from "../../http.ts";
import type { Store } from "../../store/store.ts";
import type { CallOptions, KeyedCallOptions } from "../call-options.ts";
import { collection, pathOf } from "../collection.ts";

/** What is fetched when one template is first looked at or written; pages that only choose one have the list. */
export interface TemplateCalls {
  getTemplate(id: TemplateId, options?: CallOptions): Promise<Template>;
  createTemplate(input: CreateTemplate, options?: KeyedCallOptions): Promise<Template>;
  updateTemplate(id: TemplateId, changes: UpdateTemplate, options?: CallOptions): Promise<Template>;
  deleteTemplate(id: TemplateId, options?: CallOptions): Promise<void>;
  previewTemplate(id: TemplateId, input?: PreviewTemplate, options?: CallOptions): Promise<TemplatePreview>;
}

const PATH = "v1/templates";

export function templateCalls(http: Http, store: Store): TemplateCalls {
  const plain = collection<Template, CreateTemplate, UpdateTemplate>(http, PATH);
  const note = (template: Template) => {
    store.templateNames.set(template.id, template.name);
    return template;
  };
  return {
    getTemplate: async (id, options) => note(await plain.get(id, options)),
    createTemplate: async (input, options) => note(await plain.create(input, options)),
    updateTemplate: async (id, changes, options) => note(await plain.update(id, changes, options)),
    deleteTemplate: plain.delete,
    previewTemplate: (id, body = {}, options) =>
      http.call({ method: "POST", path: pathOf(PATH, id, "/preview"), body, isRepeatable: true }, options),
  };
}
