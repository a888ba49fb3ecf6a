import { describe, expect, test } from "vitest";
import { guides } from "./lib/doc-snippets.mjs";
import { stepsOf } from "./lib/guide-steps.ts";
import { runGuide } from "./lib/run-guide.ts";

/** Guides whose code must run, because people copy it. */
const RUNNING = [
  "docs/broadcasts.md",
  "docs/limits.md",
  "docs/opt-ins.md",
  "docs/sdk.md",
  "docs/search.md",
  "docs/sending.md",
  "docs/templates.md",
  "docs/webhooks.md",
];

describe("what the guides say is what happens", () => {
  const pages = guides().filter((page) => stepsOf(page).some(({ kind }) => kind === "run"));

  test("guides that are to run have blocks that do", () => {
    expect(pages).toEqual(expect.arrayContaining(RUNNING));
  });

  test("no block that runs names a day that will have passed when somebody copies it", () => {
    const dated = pages.flatMap((page) =>
      stepsOf(page).flatMap((step) =>
        step.kind === "run" && /\b20(?:2[6-9]|[3-8]\d)-\d\d/.test(step.code) ? [`${page}:${step.line}`] : [],
      ),
    );
    expect(dated).toEqual([]);
  });

  for (const page of pages) {
    test(`${page} runs as it stands`, async () => {
      expect(await runGuide(stepsOf(page))).toEqual([]);
    });
  }

  test("a block that prints something else, throws, or checks nothing is found, with its page and line", async () => {
    const connect = `import { apiKeyAuth, createTrunkline } from "@trunkline/sdk";
const trunkline = createTrunkline({ gateway: "https://sms.example.com", auth: apiKeyAuth(process.env.TRUNKLINE_KEY ?? "") });`;
    const blocks = [
      `${connect}\nconst [line] = (await trunkline.lines.list().page()).data;\nconsole.log(line?.name); // no such name`,
      "for (const one of [1, 2]) console.log(one); // 1, 2\nconsole.log(3); // 4",
      `${connect}\nconsole.log(await trunkline.lines.get("line_00000000000000000000000000")); // no such line`,
      "console.log(1);",
      'import "node:fs";\nconsole.log(1); // 1',
    ];
    const text = blocks.map((code) => `\`\`\`ts runnable\n${code}\n\`\`\`\n`).join("");
    const findings = await runGuide(stepsOf("docs/wrong.md", text));
    expect(findings).toEqual([
      expect.stringMatching(/^docs\/wrong\.md:5 prints \w/),
      "docs/wrong.md:9 prints 3",
      expect.stringMatching(/^docs\/wrong\.md:11 throws TrunklineError/),
      "docs/wrong.md:16 checks nothing: say what it prints, console.log(…); // …",
      expect.stringMatching(/^docs\/wrong\.md:19 throws Error: a guide's block imports/),
    ]);
  });

  test("phones text and time passes where the page says so, and nothing else is taken for that", () => {
    const page = "<!-- meanwhile: +14255550142 texts: STOP now -->\n\n<!-- meanwhile: PT2H passes -->\n";
    expect(stepsOf("docs/a.md", page)).toEqual([
      { kind: "text", from: "+14255550142", text: "STOP now", line: 1 },
      { kind: "pass", duration: "PT2H", line: 3 },
    ]);
    expect(() => stepsOf("docs/a.md", "\n<!-- meanwhile: it rains -->\n")).toThrow('docs/a.md:2 meanwhile "it rains"');
  });
});
