import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { completeAnswers, type PartialAnswers, validateAnswers } from "../../src/core/answers.ts";
import { processesFor, rivalsOf, servicesFor, templatesOf } from "../../src/core/catalogue.ts";
import { evaluate } from "../../src/core/dialect/evaluate.ts";
import { contextsFor } from "../../src/core/per-item.ts";
import { plan } from "../../src/core/plan.ts";
import { receiptOf } from "../../src/core/receipt.ts";
import { renderReceipt } from "../../src/core/render-receipt.ts";
import type { Context, FileContent, Template, TemplateFile } from "../../src/core/types.ts";
import { compileCatalogue } from "../../src/io/compile-catalogue.ts";

const catalogue = compileCatalogue(fileURLToPath(new URL("../../templates", import.meta.url)));

/** Answers that choose a template, and little else. */
function choosing(stack: Template, template: Template): PartialAnswers {
  const bare: PartialAnswers = { stack: stack.id, services: [], platforms: [], ci: null, processes: ["web"] };
  switch (template.kind) {
    case "service":
      return {
        ...bare,
        services: [template.id],
        processes: "jobs" in template.definition.roles ? ["web", "worker"] : ["web"],
      };
    case "process": {
      const { services: _default, ...rest } = bare;
      return {
        ...rest,
        processes: [...new Set(["web", ...template.definition.requires.processes, template.id])],
      };
    }
    case "platform":
      return {
        ...bare,
        services: allServices(stack),
        platforms: [template.id],
      };
    case "ci":
      return { ...bare, services: allServices(stack), ci: template.id };
    default:
      return bare;
  }
}

/** Of those that exclude each other the last. */
function allServices(stack: Template): readonly string[] {
  const services = servicesFor(catalogue, stack);
  return services
    .filter((service, at) => rivalsOf(service, services.slice(at)).length === 0)
    .map(({ id }) => id);
}

/** What a template emits: the files that its folder, or a layer named after it, has a part in. */
function emitted(stack: Template, template: Template): string {
  const answers = completeAnswers(catalogue, { name: "golden", ...choosing(stack, template) });
  validateAnswers(catalogue, answers);
  const own = plan(catalogue, answers).layers.filter(
    (planned) =>
      planned.template === template ||
      planned.layer.condition.some(
        (token) => token.endsWith(template.id) || template.definition.traits.includes(token),
      ),
  );
  const paths = new Set(own.flatMap(({ layer, context }) => layer.files.flatMap(pathsIn(context))));
  return printed(
    [...renderReceipt(catalogue, receiptOf(catalogue, answers))].filter(([path]) => paths.has(path)),
  );
}

function pathsIn(context: Context): (file: TemplateFile) => readonly string[] {
  return ({ path, origin }) =>
    typeof path === "string"
      ? [path]
      : contextsFor(path, context).map((scope) =>
          evaluate(path, { context: scope, target: { path: origin, format: "path" } }),
        );
}

function printed(files: readonly (readonly [string, FileContent])[]): string {
  return files
    .map(([path, { content, executable }]) => `=== ${path}${executable ? " (executable)" : ""}\n${content}`)
    .join("\n")
    .replace(catalogue.integrity, "sha512-of-the-catalogue");
}

/** Answers with a second worker, with variables and with tasks of the person's own. */
const ownAnswers: PartialAnswers = {
  processes: ["web", "worker", { name: "mailer", type: "worker" }, { name: "ticker", type: "clock" }],
  env: [
    {
      name: "SMTP_URL",
      type: "url",
      required: true,
      sensitive: true,
      description: "Where mail goes out",
      processes: ["mailer", "release"],
      example: "smtp://127.0.0.1:1025",
    },
    { name: "API_KEY", type: "string", required: true, sensitive: true, description: "", processes: ["web"] },
    {
      name: "PAGE_SIZE",
      type: "integer",
      required: false,
      sensitive: false,
      description: "Rows of a page",
      processes: [],
      default: "20",
    },
    {
      name: "FLAGS",
      type: "string",
      required: false,
      sensitive: false,
      description: "What is tried out",
      processes: [],
    },
  ],
  tasks: [
    { name: "purge-expired", description: "Removes what has expired" },
    { name: "reindex", description: "" },
  ],
};

/** The files that come with what is the person's own, or are other ones than without it. */
function emittedForOwn(stack: Template): string {
  const treeOf = (own: PartialAnswers) => {
    const answers = completeAnswers(catalogue, {
      name: "golden",
      stack: stack.id,
      processes: ["web", "worker", "clock"],
      ...own,
    });
    validateAnswers(catalogue, answers);
    return renderReceipt(catalogue, receiptOf(catalogue, answers));
  };
  const plain = treeOf({});
  return printed(
    [...treeOf(ownAnswers)].filter(([path, { content }]) => plain.get(path)?.content !== content),
  );
}

const stacks = templatesOf(catalogue, "stack");

describe.each(stacks.map((stack) => [stack.id, stack] as const))("the goldens of %s", (id, stack) => {
  const templates = [
    ...templatesOf(catalogue, "base"),
    stack,
    ...servicesFor(catalogue, stack),
    ...processesFor(catalogue, stack),
    ...templatesOf(catalogue, "platform"),
    ...templatesOf(catalogue, "ci"),
  ].filter(
    (template) =>
      template.layers.length > 0 || stack.layers.some(({ condition }) => condition.includes(template.id)),
  );

  it.each(templates.map((template) => [`${template.kind}-${template.id}`, template] as const))(
    "%s",
    async (name, template) => {
      const text = emitted(stack, template);
      expect(text).not.toBe("");
      await expect(text).toMatchFileSnapshot(`../goldens/${id}/${name}.txt`);
    },
  );

  it("what is the person's own", async () => {
    await expect(emittedForOwn(stack)).toMatchFileSnapshot(`../goldens/${id}/own.txt`);
  });
});
