/** `.env.schema` (the @env-spec comments over each variable) and `.env.example`. */

export type DeclaredVariable = {
  readonly name: string;
  readonly type: string | null;
  readonly values: readonly string[];
  /** Null where the file does not tell. */
  readonly required: boolean | null;
  readonly sensitive: boolean;
  readonly default: string | null;
  readonly example: string | null;
  /** The process types that need it; null where the file does not tell. */
  readonly processes: readonly string[] | null;
  readonly file: string;
  readonly line: number;
};

export function parseEnvSchema(text: string, file = ".env.schema"): DeclaredVariable[] {
  const defaults = { required: false, sensitive: false };
  return readBlocks(text).flatMap(({ comments, assignment, line }) => {
    const decorators = readDecorators(comments);
    if (!assignment) {
      const required = decorators.get("defaultRequired");
      const sensitive = decorators.get("defaultSensitive");
      if (required !== undefined) defaults.required = required === "true";
      if (sensitive !== undefined) defaults.sensitive = sensitive === "true";
      return [];
    }
    const type = decorators.get("type") ?? null;
    return [
      {
        name: assignment.name,
        type: type?.replace(/\(.*/, "") ?? null,
        values: type?.startsWith("enum(") ? listOf(type.slice(5, -1)) : [],
        required: flag(decorators, "required", "optional") ?? defaults.required,
        sensitive: flag(decorators, "sensitive", "public") ?? defaults.sensitive,
        default: assignment.value || null,
        example: decorators.get("example") ?? null,
        processes: processesIn(comments),
        file,
        line,
      },
    ];
  });
}

export function parseEnvExample(text: string, file = ".env.example"): DeclaredVariable[] {
  return readBlocks(text).flatMap(({ assignment, line }) =>
    assignment
      ? [
          {
            name: assignment.name,
            type: null,
            values: [],
            required: null,
            sensitive: /SECRET|PASSWORD|TOKEN|PRIVATE|_KEY$/.test(assignment.name),
            default: null,
            example: assignment.value || null,
            processes: null,
            file,
            line,
          },
        ]
      : [],
  );
}

type Block = {
  readonly comments: readonly string[];
  readonly assignment: { readonly name: string; readonly value: string } | null;
  readonly line: number;
};

/** Comments and the assignment below them; a blank line or `# ---` ends a block without one. */
function readBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let comments: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    const assignment = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(line);
    const isEnd = line === "" || /^#\s*-{3,}$/.test(line);
    if (assignment?.[1]) {
      blocks.push({
        comments,
        assignment: { name: assignment[1], value: unquote(assignment[2] ?? "") },
        line: index + 1,
      });
      comments = [];
    } else if (isEnd) {
      if (comments.length > 0) blocks.push({ comments, assignment: null, line: index + 1 });
      comments = [];
    } else if (line.startsWith("#")) comments.push(line.replace(/^#\s?/, ""));
  }
  return blocks;
}

function readDecorators(comments: readonly string[]): Map<string, string> {
  const decorators = new Map<string, string>();
  for (const comment of comments.filter((text) => text.trimStart().startsWith("@"))) {
    const words = comment.matchAll(/@([A-Za-z]+)(?:=("[^"]*"|'[^']*'|[A-Za-z]+\([^)]*\)|[^\s]+))?/g);
    for (const [, name, value] of words) if (name) decorators.set(name, unquote(value ?? "true"));
  }
  return decorators;
}

function flag(decorators: ReadonlyMap<string, string>, yes: string, no: string): boolean | null {
  const stated = decorators.get(yes);
  if (stated !== undefined) return stated !== "false";
  const opposite = decorators.get(no);
  return opposite === undefined ? null : opposite === "false";
}

/** `Used by: web worker`, with commas or without. */
function processesIn(comments: readonly string[]): string[] | null {
  for (const comment of comments) {
    const match = /\b(?:needed|used|read|required) by:?\s+([a-z0-9, -]+?)\.?$/i.exec(comment);
    if (match?.[1]) return listOf(match[1].replace(/\band\b|\s+/g, ","));
  }
  return null;
}

const listOf = (text: string): string[] =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");

function unquote(value: string): string {
  const match = /^(["'])(.*)\1/.exec(value);
  if (match) return match[2] ?? "";
  return value.replace(/\s+#.*$/, "").trim();
}
