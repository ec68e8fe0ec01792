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
  /** Whether `at` is among the lines that a verb changes, or among all. */
  readonly near: boolean;
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
      near: fc.boolean(),
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
        "    # c",
        "// c",
        "`",
        "\t",
        "\u00e9\ud83d\ude00",
      ),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((edits) => edits.map((edit, id) => ({ ...edit, id })));

/** The files that differ in another repo, the lockfile aside. */
export function changedIn(repo: Repo, later: Repo): readonly string[] {
  const differs = (path: string) => path !== receiptPath && textOf(repo, path) !== textOf(later, path);
  return [...repo.files.keys()].filter((path) => !(path in lockfiles) && differs(path));
}

/** The repo with edits in those of its files that `later` changes, and the lines put in that are there at the end. */
export function wildlyEdited(repo: Repo, edits: readonly WildEdit[], later: Repo) {
  const paths = changedIn(repo, later);
  let now = repo;
  const written: { path: string; line: string }[] = [];
  for (const edit of edits) {
    const path = paths[Math.floor(edit.file * (paths.length - 1))];
    if (path === undefined || !now.files.has(path)) continue;
    const line = `${edit.text} mine-${edit.id}`;
    const lines = textOf(now, path).split("\n");
    const places = edit.near ? changedLines(textOf(repo, path), textOf(later, path)) : [...lines.keys()];
    const at = places[Math.floor(edit.at * (places.length - 1))] ?? 0;
    now = withFile(now, path, () => wildly(lines, { ...edit, at }, line).join("\n"));
    if (edit.kind === "insert") written.push({ path, line });
  }
  return { repo: now, written: written.filter(({ path, line }) => linesIn(now, path).includes(line)) };
}

/** The repo with a comment of the person's at every so many of the lines that `later` changes. */
export function commented(repo: Repo, later: Repo, every: number) {
  let now = repo;
  const written: { path: string; line: string }[] = [];
  for (const path of changedIn(repo, later).filter((each) => !each.endsWith(".json"))) {
    const text = textOf(repo, path);
    const places = [...new Set(changedLines(text, textOf(later, path)))].filter((_, at) => at % every === 0);
    const lines = text.split("\n").flatMap((own, at) => {
      if (!places.includes(at)) return own;
      const line = `${/^\s*/.exec(own)?.[0]}${/\.[jt]s$/.test(path) ? "//" : "#"} mine-${written.length}.`;
      written.push({ path, line });
      return written.length % 2 === 0 ? [line, own] : [line, "", own];
    });
    now = withFile(now, path, () => lines.join("\n"));
  }
  return { repo: now, written };
}

/** Where the lines are that another text changes, and the ones beside them. */
function changedLines(text: string, later: string): readonly number[] {
  const places: number[] = [];
  let at = 0;
  for (const { added, removed, value } of diffArrays(text.split("\n"), later.split("\n"))) {
    if (added) places.push(at - 1, at, at + 1);
    if (removed) places.push(...value.map((_, index) => at + index));
    if (!added) at += value.length;
  }
  return places.filter((place) => place >= 0);
}

export function linesIn(repo: Repo, path: string): readonly string[] {
  return textOf(repo, path).split(/\r?\n/);
}

/** `at` is the number of a line. */
function wildly(
  lines: readonly string[],
  { kind, at, length, to }: WildEdit,
  line: string,
): readonly string[] {
  const block = lines.slice(at, at + length);
  const target = Math.floor(to * (lines.length - 1));
  switch (kind) {
    case "insert":
      return lines.toSpliced(at, 0, line);
    case "blank":
      return lines.toSpliced(at, 0, "");
    case "drop":
      return lines.toSpliced(at, length);
    case "double":
      return lines.toSpliced(target, 0, ...block);
    case "move": {
      const rest = lines.toSpliced(at, block.length);
      return rest.toSpliced(Math.min(target, rest.length), 0, ...block);
    }
    case "join":
      return lines.toSpliced(at, 2, block.slice(0, 2).join(" "));
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
