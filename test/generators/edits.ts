/** Edits as a person makes them, each with lines that occur nowhere else, so that a lost one is noticed. */
import { diffArrays } from "diff";
import fc from "fast-check";
import { lockfiles } from "../../src/core/lockfile/lockfile.ts";
import { receiptPath } from "../../src/core/receipt.ts";
import type { Repo } from "./repo-model.ts";
import { textOf, withFile } from "./repo-model.ts";

export type PersonEdit = {
  readonly path: string;
  readonly kind: string;
  readonly at: number;
  readonly id: number;
};

const kinds: { readonly [path: string]: readonly string[] } = {
  "package.json": ["dependency", "script", "version", "indent"],
  "compose.yaml": ["service", "comment", "variable", "crlf"],
  ".github/workflows/ci.yml": ["comment", "variable", "crlf"],
  "app.json": ["key"],
  ".env.schema": ["setting"],
  ".gitignore": ["line", "crlf"],
  Procfile: ["process"],
  Dockerfile: ["line", "drop"],
  "README.md": ["line", "drop", "delete", "crlf"],
  "src/config.ts": ["line", "drop"],
  "src/resources.ts": ["line", "drop"],
  "src/app.ts": ["line"],
  "bin/dev": ["line"],
  "src/messages/routes.ts": ["line", "delete"],
  "docs/heroku.md": ["line", "delete"],
};

export const personEdits: fc.Arbitrary<readonly PersonEdit[]> = fc
  .array(
    fc.constantFrom(...Object.keys(kinds)).chain((path) =>
      fc.record({
        path: fc.constant(path),
        kind: fc.constantFrom(...(kinds[path] as readonly string[])),
        at: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    ),
    { maxLength: 8 },
  )
  .map((edits) => edits.map((edit, id) => ({ ...edit, id })));

/** The repo with the edits, and the lines that must be in it ever after, by file. */
export function edited(repo: Repo, edits: readonly PersonEdit[]) {
  let now = repo;
  const written: { path: string; line: string }[] = [];
  for (const edit of edits) {
    const { path } = edit;
    if (!now.files.has(path)) continue;
    if (edit.kind === "delete") {
      const files = new Map(now.files);
      files.delete(path);
      now = { ...now, files };
      continue;
    }
    const { text, line } = changed(textOf(now, path), edit);
    now = withFile(now, path, () => text);
    if (line !== null) written.push({ path, line });
  }
  return { repo: now, written: written.filter(({ path, line }) => textOf(now, path).includes(line)) };
}

/** An edit of any file, whatever it means there: lines put in, taken out, doubled, moved or joined. */
export type WildEdit = {
  readonly file: number;
  readonly kind: "insert" | "drop" | "double" | "move" | "join" | "blank";
  readonly at: number;
  readonly length: number;
  readonly to: number;
  readonly text: string;
  readonly id: number;
};

const share = fc.double({ min: 0, max: 1, noNaN: true });

export const wildEdits: fc.Arbitrary<readonly WildEdit[]> = fc
  .array(
    fc.record({
      file: share,
      kind: fc.constantFrom("insert", "insert", "drop", "double", "move", "join", "blank"),
      at: share,
      length: fc.integer({ min: 1, max: 4 }),
      to: share,
      text: fc.constantFrom(
        "",
        "{",
        "}",
        "  - x",
        "a: b",
        "a = 1",
        '"',
        "# c",
        "`",
        "\t",
        "\u00e9\ud83d\ude00",
      ),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((edits) => edits.map((edit, id) => ({ ...edit, id })));

/** The repo with edits in those of its files that `paths` names, and the lines put in that are there at the end. */
export function wildlyEdited(repo: Repo, edits: readonly WildEdit[], paths: readonly string[]) {
  let now = repo;
  const written: { path: string; line: string }[] = [];
  for (const edit of edits) {
    const path = paths[Math.floor(edit.file * (paths.length - 1))];
    if (path === undefined || !now.files.has(path)) continue;
    const line = `${edit.text} mine-${edit.id}`;
    now = withFile(now, path, (text) => wildly(text, edit, line));
    if (edit.kind === "insert") written.push({ path, line });
  }
  return { repo: now, written: written.filter(({ path, line }) => linesIn(now, path).includes(line)) };
}

export function linesIn(repo: Repo, path: string): readonly string[] {
  return textOf(repo, path).split(/\r?\n/);
}

function wildly(text: string, { kind, at, length, to }: WildEdit, line: string): string {
  const lines = text.split("\n");
  const start = Math.floor(at * (lines.length - 1));
  const target = Math.floor(to * (lines.length - 1));
  const block = lines.slice(start, start + length);
  switch (kind) {
    case "insert":
      return lines.toSpliced(start, 0, line).join("\n");
    case "blank":
      return lines.toSpliced(start, 0, "").join("\n");
    case "drop":
      return lines.toSpliced(start, length).join("\n");
    case "double":
      return lines.toSpliced(target, 0, ...block).join("\n");
    case "move":
      return lines
        .toSpliced(start, block.length)
        .toSpliced(Math.min(target, lines.length - block.length), 0, ...block)
        .join("\n");
    case "join":
      return lines.toSpliced(start, 2, block.slice(0, 2).join(" ")).join("\n");
  }
}

/** The repo where the person had, by their own hand, some of the lines in which `later` differs. */
export function havingSome(repo: Repo, later: Repo, chosen: readonly boolean[]): Repo {
  let at = 0;
  let now = repo;
  for (const path of repo.files.keys()) {
    if (path === receiptPath || path in lockfiles || !later.files.has(path)) continue;
    const [before, after] = [textOf(repo, path), textOf(later, path)];
    if (before === after) continue;
    const parts = diffArrays(before.split("\n"), after.split("\n"));
    const lines = parts.flatMap(({ added, removed, value }, index) => {
      if (!added || removed) return value;
      const isReplacing = parts[index - 1]?.removed === true;
      return !isReplacing && chosen[at++ % chosen.length] ? value : [];
    });
    now = withFile(now, path, () => lines.join("\n"));
  }
  return now;
}

type Made = { readonly text: string; readonly line: string | null };

function changed(text: string, { path, kind, at, id }: PersonEdit): Made {
  const mark = `mine-${id}`;
  switch (kind) {
    case "dependency":
      return { text: withKey(text, "dependencies", mark), line: `"${mark}": "1.${id}.0"` };
    case "script":
      return { text: withKey(text, "scripts", mark), line: `"${mark}": "1.${id}.0"` };
    case "version":
      return { text: text.replace(/"fastify": "[^"]*"/, `"fastify": "0.0.${id}"`), line: null };
    case "key":
      return { text: text.replace(/^\{\n/, `{\n  "${mark}": true,\n`), line: `"${mark}": true` };
    case "indent":
      return { text: `${JSON.stringify(JSON.parse(text), null, 4)}\n`, line: null };
    case "crlf":
      return { text: text.replaceAll("\r\n", "\n").replaceAll("\n", "\r\n"), line: null };
    case "service":
      return {
        text: insertAfter(text, /^services:\r?\n/m, `  ${mark}:\n    image: ${mark}:1 # my own\n\n`),
        line: `image: ${mark}:1 # my own`,
      };
    case "variable":
      return {
        text: insertAfter(text, /^ +(environment: &environment|env:)\r?\n/m, `      MINE_${id}: "${mark}"\n`),
        line: `MINE_${id}: "${mark}"`,
      };
    case "setting":
      return { text: `${text}\n# ${mark}\nMINE_${id}=\n`, line: `# ${mark}` };
    case "process":
      return { text: `${text}${mark}: node ${mark}.js\n`, line: `${mark}: node ${mark}.js` };
    case "drop":
      return { text: withoutLine(text, at), line: null };
    case "comment":
      return { text: withComment(text, `# ${mark}`, at), line: `# ${mark}` };
    default:
      return { text: withLine(text, lineFor(path, mark), at), line: lineFor(path, mark) };
  }
}

function lineFor(path: string, mark: string): string {
  if (path.endsWith(".ts")) return `// ${mark}`;
  if (path.endsWith(".md")) return `Words of ${mark}.`;
  return path === ".gitignore" ? `/${mark}` : `# ${mark}`;
}

function withKey(text: string, within: string, key: string): string {
  const data = JSON.parse(text);
  const indent = /^\{\n( +)/.exec(text)?.[1]?.length ?? 2;
  data[within][key] = `1.${key.split("-")[1]}.0`;
  return `${JSON.stringify(data, null, indent)}\n`;
}

function insertAfter(text: string, pattern: RegExp, lines: string): string {
  const end = text.includes("\r\n") ? lines.replaceAll("\n", "\r\n") : lines;
  return text.replace(pattern, (found) => found + end);
}

function withLine(text: string, line: string, at: number): string {
  const lines = text.split("\n");
  const end = text.includes("\r\n") ? "\r" : "";
  lines.splice(Math.floor(at * (lines.length - 1)), 0, line + end);
  return lines.join("\n");
}

/** Above a key, so that it is one in YAML and not a part of a text. */
function withComment(text: string, comment: string, at: number): string {
  const lines = text.split("\n");
  const keys = lines.flatMap((line, index) => (/^ *[\w-]+:(\s|$)/.test(line) ? [index] : []));
  const place = keys[Math.floor(at * (keys.length - 1))] ?? 0;
  const indent = /^ */.exec(lines[place] ?? "")?.[0] ?? "";
  lines.splice(place, 0, indent + comment + (text.includes("\r\n") ? "\r" : ""));
  return lines.join("\n");
}

function withoutLine(text: string, at: number): string {
  const lines = text.split("\n");
  lines.splice(Math.floor(at * (lines.length - 2)), 1);
  return lines.join("\n");
}
