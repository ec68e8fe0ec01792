import { lineOf, recordLine } from "../dialect/lines.ts";
import type { Node, Statement } from "../dialect/nodes.ts";
import { parseFragment } from "../dialect/parse.ts";
import { placed } from "../dialect/place.ts";
import { formatOf } from "../escape/format-of.ts";
import { nearest } from "../nearest.ts";
import { TemplateError } from "../template-error.ts";
import type { Layer, Program, TemplateFile } from "../types.ts";
import { placeOf } from "./lay-over.ts";

/** What a pack puts into a named block: `blocks/<name>.hbs` beside the template's layers. */
export type Fill = { readonly name: string; readonly origin: string; readonly source: string };

type Source = { readonly path: string; readonly content: Uint8Array };

export function readFills(place: string, files: readonly Source[]): readonly Fill[] {
  return files
    .filter(({ path }) => path.startsWith("blocks/"))
    .map(({ path, content }) => {
      const origin = `${place}/${path}`;
      const [, name] = /^blocks\/([a-z][a-z0-9-]*)\.hbs$/.exec(path) ?? [];
      if (name === undefined)
        throw new TemplateError(origin, "it can't fill a block", "Call it blocks/NAME.hbs, after the block.");
      return { name, origin, source: new TextDecoder("utf-8", { fatal: true }).decode(content) };
    });
}

/** Fills the named blocks of a template's files. A fill is checked where the block stands; a name that none has is refused. */
export function fillBlocks(
  layers: readonly Layer[],
  fills: readonly Fill[],
  place: string,
): readonly Layer[] {
  if (fills.length === 0) return layers;
  const known = new Set<string>();
  const filled = layers.map((layer) => {
    const files = layer.files.map((file) => fillFile(file, fills, known));
    const isSame = files.every((file, index) => file === layer.files[index]);
    return isSame ? layer : { condition: layer.condition, files };
  });
  const lost = fills.find(({ name }) => !known.has(name));
  if (lost === undefined) return filled;
  const near = nearest(lost.name, [...known]);
  const list =
    known.size === 0 ? `${place} has none; replace a file instead.` : `There are ${[...known].join(", ")}.`;
  throw new TemplateError(
    lost.origin,
    `no file has a block "${lost.name}"`,
    near === null ? list : `Did you mean ${near}? ${list}`,
  );
}

/** Notes each block that the file has. */
function fillFile(file: TemplateFile, fills: readonly Fill[], known: Set<string>): TemplateFile {
  const { path: emitted, body, executable, origin } = file;
  if (typeof body !== "object" || !("program" in body)) return file;
  const names = new Set<string>();
  mapBlocks(body.program, (name, inner) => {
    names.add(name);
    known.add(name);
    return inner;
  });
  const matching = fills.filter(({ name }) => names.has(name));
  if (matching.length === 0) return file;
  const path = placeOf(file);
  let { program } = body;
  const done = [...(file.fills ?? [])];
  for (const fill of matching) {
    const fragment = parseFragment(fill.source, { path, origin: fill.origin });
    const whole = mapBlocks(program, (name, inner) => (name === fill.name ? fragment : inner));
    program = placed(whole, { path, origin: fill.origin, format: formatOf(path) });
    done.push({ origin: fill.origin, program: fragment });
  }
  return { path: emitted, body: { program }, executable, origin, fills: done };
}

/** A program with what `change` makes of the body of each of its named blocks. */
function mapBlocks(program: Program, change: (name: string, body: Program) => Program): Program {
  const within = (inner: Program) => mapBlocks(inner, change);
  return (program as readonly Node[]).map((node) => {
    if (typeof node === "string") return node;
    const mapped = ((): Statement => {
      if (node[0] === "if") return ["if", node[1], within(node[2]), within(node[3])];
      if (node[0] === "each") return ["each", node[1], node[2], within(node[3]), within(node[4])];
      return node[0] === "block" ? ["block", node[1], change(node[1], within(node[2]))] : node;
    })();
    return mapped === node ? node : recordLine(mapped, lineOf(node) ?? 0);
  });
}
