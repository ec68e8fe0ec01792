import { readFileSync } from "node:fs";
import fc from "fast-check";
import { parse as parseJsonc } from "jsonc-parser";
import { parse as parseTomlValue, stringify as printToml } from "smol-toml";
import { describe, expect, test } from "vitest";
import { isMap, parseDocument, type Scalar, type YAMLMap } from "yaml";
import { mergeText } from "../../src/core/merge/merge.ts";
import {
  applyEdits,
  type Edit,
  edits,
  mergeValues,
  type Value,
  withSetsSorted,
} from "./merge-corpus/value-merge.ts";

const RUNS = Number(process.env.MERGE_RUNS ?? 25);

type Printed = (value: Value, indent: number, remarks: readonly number[]) => string;
type Format = {
  readonly file: string;
  readonly parse: (text: string) => Value;
  /** Base and template as the edits leave them; the person's also with remarks and another indentation. */
  readonly print: (list: readonly Edit[]) => Printed;
  readonly keepLast: boolean;
};

function corpus(file: string): string {
  return readFileSync(new URL(`merge-corpus/${file}.txt`, import.meta.url), "utf8");
}

const json = (file: string): Format => ({
  file,
  keepLast: false,
  parse: (text) => parseJsonc(text),
  print: () => (value, indent) => `${JSON.stringify(value, null, indent === 8 ? "\t" : indent)}\n`,
});

const yaml = (file: string): Format => ({
  file,
  keepLast: false,
  parse: (text) => parseDocument(text, { merge: true }).toJS({ maxAliasCount: 50 }) as Value,
  print: (list) => (_, indent, remarks) => {
    const document = parseDocument(corpus(file), { merge: true });
    const value = document.toJS() as Value;
    for (const { path, after } of applyEdits(value, list).steps) {
      if (after === undefined) document.deleteIn(path);
      else document.setIn(path, document.createNode(after));
    }
    const options = { indent: indent === 8 ? 2 : indent, lineWidth: 0, indentSeq: indent !== 8 };
    const remarked = parseDocument(document.toString(options), { merge: true });
    for (const remark of remarks) addRemark(remarked.contents as YAMLMap, remark);
    return remarked.toString(options);
  },
});

const toml = (file: string): Format => ({
  file,
  keepLast: true,
  parse: (text) => JSON.parse(JSON.stringify(parseTomlValue(text))) as Value,
  print: () => (value, _, remarks) => {
    const lines = printToml(value as Record<string, unknown>).split("\n");
    for (const remark of remarks) {
      const places = lines.flatMap((line, index) => (/^[\w"].* = /.test(line) ? [index] : []));
      const place = places[remark % places.length];
      if (place !== undefined) lines.splice(place, 0, `# remark ${remark}`);
    }
    return `${lines.join("\n").trimEnd()}\n`;
  },
});

/** A comment of the person's above a key. */
function addRemark(root: YAMLMap, remark: number): void {
  const maps: YAMLMap[] = [];
  const collect = (node: unknown): void => {
    if (isMap(node)) maps.push(node as YAMLMap);
    for (const item of (node as YAMLMap | null)?.items ?? [])
      collect((item as { value?: unknown }).value ?? item);
  };
  collect(root);
  const map = maps[remark % maps.length];
  const key = map?.items.slice(1)[remark % Math.max(1, map.items.length - 1)]?.key as Scalar | undefined;
  if (key && !map?.flow) key.commentBefore = ` remark ${remark}`;
}

type Form = { readonly crlf: boolean; readonly bom: boolean; readonly ended: boolean };

function inForm(text: string, { crlf, bom, ended }: Form): string {
  const lines = ended ? text : text.replace(/\n$/, "");
  return (bom ? "\uFEFF" : "") + (crlf ? lines.replaceAll("\n", "\r\n") : lines);
}

const FORM = fc.record({ crlf: fc.boolean(), bom: fc.boolean(), ended: fc.boolean() });
const FORMATS = [
  json("package.json"),
  yaml("compose.yaml"),
  yaml("ci.yml"),
  toml("pyproject.toml"),
  toml("fly.toml"),
];

describe.each(FORMATS)("$file, edited on both sides", ({ file, parse, print, keepLast }) => {
  const value = parse(corpus(file));
  const base = print([])(value, 2, []);
  const edit = (list: readonly Edit[]) => applyEdits(value, list, { keepLast }).value;
  const cases = fc.record({
    mine: edits("mine"),
    theirs: edits("theirs"),
    indent: fc.constantFrom(2, 4, 8),
    remarks: fc.array(fc.nat(500), { maxLength: 2 }),
    form: FORM,
  });

  test("gives the value-merge, keeps the person's form and remarks, and is settled by one run", () => {
    fc.assert(
      fc.property(cases, ({ mine, theirs, indent, remarks, form }) => {
        const [oursValue, theirsValue] = [edit(mine), edit(theirs)];
        const wanted = mergeValues({ base: value, ours: oursValue, theirs: theirsValue });
        const ours = inForm(print(mine)(oursValue, indent, remarks), form);
        const template = print(theirs)(theirsValue, 2, []);
        const { text, conflicts } = mergeText({ path: file, base, ours, theirs: template });

        const held = conflicts.filter(
          ({ reason, keyPath }) => keyPath.length > 0 || !/changed a comment/.test(reason),
        );
        const keptForRemarks = remarks.length > 0 && held.length > wanted.conflicts;
        if (!keptForRemarks) {
          expect(withSetsSorted(parse(text.replace("\uFEFF", "")))).toEqual(
            withSetsSorted(wanted.value as Value),
          );
          expect(held.length > 0).toBe(wanted.conflicts > 0);
        }
        for (const remark of ours.match(/# remark \d+/g) ?? []) expect(text).toContain(remark);
        expect(text).not.toMatch(/^(<<<<<<<|>>>>>>>)/m);
        expect(text.startsWith("\uFEFF")).toBe(form.bom);
        expect(/(?<!\r)\n/.test(text)).toBe(!form.crlf);
        expect(text.endsWith("\n")).toBe(form.ended);
        expect(mergeText({ path: file, base, ours: text, theirs: template }).text).toBe(text);
        expect(mergeText({ path: file, base: template, ours: text, theirs: template }).text).toBe(text);
      }),
      { numRuns: RUNS, seed: 12 },
    );
  });

  test("changes nothing where the template changed nothing, and is the template where the person did", () => {
    fc.assert(
      fc.property(cases, ({ mine, indent, remarks, form }) => {
        const edited = inForm(print(mine)(edit(mine), indent, remarks), form);
        const retouched = `${base.trimEnd()}\n\n`;
        expect(mergeText({ path: file, base, ours: edited, theirs: base })).toMatchObject({
          text: edited,
          conflicts: [],
        });
        expect(mergeText({ path: file, base, ours: base, theirs: edited })).toMatchObject({
          text: edited,
          conflicts: [],
        });
        expect(mergeText({ path: file, base, ours: edited, theirs: edited })).toMatchObject({
          text: edited,
          conflicts: [],
        });
        const untouched = mergeText({ path: file, base, ours: edited, theirs: retouched });
        expect({ text: untouched.text.trimEnd(), conflicts: untouched.conflicts }).toEqual({
          text: edited.trimEnd(),
          conflicts: [],
        });
      }),
      { numRuns: Math.ceil(RUNS / 4), seed: 13 },
    );
  });

  test("takes back exactly what it added", () => {
    fc.assert(
      fc.property(cases, ({ mine, theirs, indent, remarks, form }) => {
        const added = theirs.filter(({ kind }) => kind === "add");
        const template = print(added)(edit(added), 2, []);
        const ours = inForm(print(mine)(edit(mine), indent, remarks), form);
        const there = mergeText({ path: file, base, ours, theirs: template });
        const back = mergeText({ path: file, base: template, ours: there.text, theirs: base });
        if (there.conflicts.length + back.conflicts.length === 0) expect(back.text).toBe(ours);
      }),
      { numRuns: Math.ceil(RUNS / 2), seed: 14 },
    );
  });
});
