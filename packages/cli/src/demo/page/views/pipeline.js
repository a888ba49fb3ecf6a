import { h } from "../dom.js";
import { money } from "../format.js";
import { STAGES, stageSign } from "./deals.js";

/** All deals by stage. */
export function pipelineView({ deals, accounts }) {
  const open = deals.filter(({ stage }) => stage !== "Done").reduce((sum, { value }) => sum + value, 0);
  return [
    h(
      "header",
      { class: "head" },
      h("div", {}, h("h1", {}, "Pipeline"), h("p", { class: "sub" }, `${money(open)} open`)),
    ),
    h(
      "div",
      { class: "stages" },
      ...STAGES.map((stage) => {
        const here = deals.filter((deal) => deal.stage === stage);
        return h(
          "section",
          { "aria-label": stage },
          h(
            "h2",
            {},
            stageSign(stage),
            h("span", { class: "money" }, money(here.reduce((sum, { value }) => sum + value, 0))),
          ),
          h(
            "ul",
            { class: "rows" },
            ...here.map((deal) =>
              h(
                "li",
                {},
                h(
                  "a",
                  { class: "card", href: `#/accounts/${deal.accountId}` },
                  deal.title,
                  h(
                    "span",
                    { class: "soft" },
                    `${accounts.find(({ id }) => id === deal.accountId)?.name} · ${money(deal.value)}`,
                  ),
                ),
              ),
            ),
          ),
        );
      }),
    ),
  ];
}
