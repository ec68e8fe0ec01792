import { evaluate } from "./dialect/evaluate.ts";
import { targetOf } from "./escape/format-of.ts";
import { lockfiles } from "./lockfile/lockfile.ts";
import { layerText } from "./merge/layer.ts";
import { contextsFor } from "./per-item.ts";
import { receiptPath } from "./receipt.ts";
import { TemplateError } from "./template-error.ts";
import type { Context, FileContent, Json, Plan, TemplateFile, Tree } from "./types.ts";

/**
 * Renders a plan, with the text of its receipt. A pure function: the same plan gives the same bytes. Data files that
 * several layers write are laid over one another; a source file has one layer, or it is the template's fault.
 */
export function render(plan: Plan, receipt: string): Tree {
  const layers = new Map<string, Fragment[]>();
  for (const { layer, context } of plan.layers) {
    for (const file of layer.files) {
      for (const scope of contextsFor(file.path, context)) {
        const path = renderPath(file, scope);
        const fragment = {
          origin: file.origin,
          content: renderBody(file, path, scope),
          executable: file.executable,
        };
        const under = layers.get(path);
        if (under === undefined) layers.set(path, [fragment]);
        else under.push(fragment);
      }
    }
  }
  const [rival] = layers.get(receiptPath) ?? [];
  if (rival !== undefined)
    throw new TemplateError(rival.origin, "it writes the receipt", "Write another file.");
  const files = new Map<string, FileContent>();
  for (const [path, fragments] of layers) files.set(path, lay(path, fragments));
  for (const [name, whole] of Object.entries(plan.lockfiles)) files.set(name, prune(name, whole, files));
  files.set(receiptPath, { content: receipt, executable: false });
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Fragment = FileContent & { readonly origin: string };

function renderPath(file: TemplateFile, context: Context): string {
  if (typeof file.path === "string") return file.path;
  return evaluate(file.path, { context, target: { path: file.origin, format: "path" } });
}

function renderBody(file: TemplateFile, path: string, context: Context): string | Uint8Array {
  const { body } = file;
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  return evaluate(body.program, { context, target: targetOf(path) });
}

function lay(path: string, fragments: readonly Fragment[]): FileContent {
  const [first, ...others] = fragments as [Fragment, ...Fragment[]];
  const executable = fragments.some((fragment) => fragment.executable);
  const isCopied = !path.endsWith(".json") || !first.origin.endsWith(".hbs");
  if (others.length === 0 && isCopied) return { content: first.content, executable };
  const texts = fragments.map((fragment) => fragment.content);
  const origins = fragments.map((fragment) => fragment.origin).join(" and ");
  const merged = texts.every((text) => typeof text === "string")
    ? parsing(path, origins, () => layerText(path, texts as [string, ...string[]]))
    : null;
  if (merged === null) {
    throw new TemplateError(
      origins,
      `${path} is written twice`,
      "Let one layer write it, and loop over project there.",
    );
  }
  const [conflict] = merged.conflicts;
  if (conflict !== undefined) {
    throw new TemplateError(
      origins,
      `${path} has two values at ${conflict.keyPath.join(".")}`,
      "Let one layer say it.",
    );
  }
  return { content: merged.text, executable };
}

function prune(name: string, whole: Json, files: ReadonlyMap<string, FileContent>): FileContent {
  const lockfile = lockfiles[name];
  const manifest = lockfile && files.get(lockfile.manifest)?.content;
  if (lockfile === undefined || typeof manifest !== "string") {
    throw new Error(`${name} can't be pruned without the manifest that it locks.`);
  }
  return {
    content: parsing(lockfile.manifest, lockfile.manifest, () => lockfile.prune(whole, manifest)),
    executable: false,
  };
}

function parsing<T>(path: string, origin: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new TemplateError(origin, `${path} can't be read: ${error.message}`, "Mend what it emits.");
  }
}
