import { isDataMap, listAt, mapAt, textAt } from "../parsers/data.ts";
import { nameOf, partOf } from "../survey/places.ts";
import { isWorkflow, type Survey } from "../survey/survey.ts";

/** A version of a runtime that a file states. */
export type Stated = {
  readonly tool: "node" | "python" | "go" | "ruby" | "java";
  readonly version: string;
  readonly isRange: boolean;
  readonly allows: (version: readonly number[]) => boolean;
  readonly file: string;
  readonly line: number;
};

const tools: { readonly [name: string]: Stated["tool"] } = {
  node: "node",
  nodejs: "node",
  python: "python",
  go: "go",
  golang: "go",
  ruby: "ruby",
  java: "java",
};

const cache = new WeakMap<Survey, readonly Stated[]>();

export function toolchainsIn(survey: Survey): readonly Stated[] {
  const known = cache.get(survey);
  if (known) return known;
  const stated = [...fromFiles(survey), ...fromData(survey), ...fromImages(survey)];
  cache.set(survey, stated);
  return stated;
}

function fromFiles({ repo }: Survey): Stated[] {
  return repo.paths.flatMap((file) => {
    if (file.includes("/") && partOf(file) !== "app") return [];
    const name = nameOf(file);
    const text =
      /^(\.tool-versions|\.nvmrc|\.node-version|\.python-version|\.ruby-version|\.go-version|runtime\.txt|go\.mod)$/.test(
        name,
      )
        ? (repo.read(file) ?? "")
        : "";
    if (text === "") return [];
    const lines = text.split("\n");
    const only = (tool: Stated["tool"]) =>
      lines.slice(0, 1).flatMap((line) => exact(tool, line.trim(), file, 1));
    if (name === ".tool-versions")
      return lines.flatMap((line, index) => {
        const [tool = "", version = ""] = line.trim().split(/\s+/);
        return Object.hasOwn(tools, tool)
          ? exact(tools[tool] as Stated["tool"], version, file, index + 1)
          : [];
      });
    if (name === ".nvmrc" || name === ".node-version") return only("node");
    if (name === ".python-version") return only("python");
    if (name === ".ruby-version") return only("ruby");
    if (name === ".go-version") return only("go");
    if (name === "runtime.txt") return exact("python", text.trim().replace(/^python-/, ""), file, 1);
    return lines.flatMap((line, index) => {
      const version = /^go\s+(\d+\.\d+(\.\d+)?)\s*$/.exec(line)?.[1];
      return version ? range("go", `>=${version}`, file, index + 1) : [];
    });
  });
}

function fromData({ data }: Survey): Stated[] {
  return [...data].flatMap(([file, documents]) =>
    documents.flatMap(({ value, lineOf }) => {
      const name = nameOf(file);
      if (name === "package.json")
        return range("node", textAt(value, "engines", "node"), file, lineOf(["engines", "node"]));
      if (name === "pyproject.toml")
        return range(
          "python",
          textAt(value, "project", "requires-python"),
          file,
          lineOf(["project", "requires-python"]),
        );
      if (/^\.?mise\.toml$/.test(name))
        return Object.entries(mapAt(value, "tools")).flatMap(([tool, stated]) => {
          const version = Array.isArray(stated) ? stated[0] : isDataMap(stated) ? stated.version : stated;
          return Object.hasOwn(tools, tool)
            ? exact(tools[tool] as Stated["tool"], String(version), file, lineOf(["tools", tool]))
            : [];
        });
      if (isWorkflow(file)) return fromWorkflow(value, lineOf, file);
      return [];
    }),
  );
}

function fromWorkflow(
  value: unknown,
  lineOf: (path: readonly (string | number)[]) => number,
  file: string,
): Stated[] {
  return Object.entries(mapAt(value, "jobs")).flatMap(([job, stated]) =>
    listAt(stated, "steps").flatMap((step, index) => {
      const action = /^actions\/setup-(node|python|go)@/.exec(textAt(step, "uses") ?? "")?.[1];
      if (!action) return [];
      const key = `${action}-version`;
      const version = textAt(step, "with", key) ?? "";
      return version.includes("${{")
        ? []
        : exact(action as Stated["tool"], version, file, lineOf(["jobs", job, "steps", index, "with", key]));
    }),
  );
}

function fromImages({ images }: Survey): Stated[] {
  return images.flatMap(({ name, tag, file, line, use }) => {
    const short = name.replace(/^(docker\.io\/)?library\//, "");
    return (use === "base" || file.includes("devcontainer")) && Object.hasOwn(tools, short) && tag !== null
      ? exact(tools[short] as Stated["tool"], tag, file, line)
      : [];
  });
}

/** Nothing where it is no number, as `lts/*`. */
function exact(tool: Stated["tool"], text: string, file: string, line: number): Stated[] {
  const version = /^v?(\d+(?:\.\d+){0,2})(?![\w.]*[xX*])(?:$|[-_\s.])/.exec(text)?.[1];
  return version === undefined ? [] : [{ tool, version, isRange: false, allows: () => true, file, line }];
}

/** A range of versions; an exact one where it is one. */
function range(tool: Stated["tool"], text: string | null, file: string, line: number): Stated[] {
  if (text === null) return [];
  const asExact = /^[v=]*\d+\.\d+\.\d+$/.test(text.trim())
    ? exact(tool, text.trim().replace(/^[v=]+/, ""), file, line)
    : [];
  if (asExact.length > 0) return asExact;
  const alternatives = text
    .split("||")
    .map((alternative) => alternative.match(/(>=|<=|>|<|\^|~=|~|==|=)?\s*v?\d+(\.(\d+|[x*]))*/g) ?? []);
  const allows = (version: readonly number[]) =>
    alternatives.some((parts) => parts.every((part) => satisfies(version, part)));
  return [{ tool, version: text, isRange: true, allows, file, line }];
}

/** Compares only as many parts as both sides state. */
function satisfies(version: readonly number[], part: string): boolean {
  const [, operator = "", rest = ""] = /^(\D*?)\s*v?(\d.*)$/.exec(part) ?? [];
  const wanted = rest
    .split(".")
    .filter((each) => /^\d+$/.test(each))
    .map(Number);
  const depth = Math.min(wanted.length, version.length);
  const order =
    wanted
      .slice(0, depth)
      .map((each, index) => Math.sign((version[index] ?? 0) - each))
      .find((each) => each !== 0) ?? 0;
  switch (operator.trim()) {
    case ">=":
      return order >= 0;
    case ">":
      return order > 0 || (order === 0 && version.length < wanted.length);
    case "<=":
      return order <= 0;
    case "<":
      return order < 0;
    case "^":
      return order >= 0 && version[0] === wanted[0];
    case "~":
    case "~=":
      return (
        order >= 0 &&
        version[0] === wanted[0] &&
        (wanted.length < 2 || version.length < 2 || version[1] === wanted[1])
      );
    default:
      return order === 0;
  }
}
