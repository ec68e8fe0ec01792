import { wordsOf } from "./shell.ts";

export type Instruction = {
  readonly keyword: string;
  /** The arguments as they stand, continued lines joined, flags and heredocs included. */
  readonly text: string;
  /** The words of the exec form; null where a shell reads them. */
  readonly exec: readonly string[] | null;
  readonly line: number;
};

export type Stage = {
  readonly image: string;
  readonly name: string | null;
  readonly line: number;
  readonly instructions: readonly Instruction[];
};

export type Dockerfile = {
  readonly file: string;
  /** Of `ARG` before the first stage, with their defaults. */
  readonly globals: ReadonlyMap<string, string>;
  readonly stages: readonly Stage[];
};

export function parseDockerfile(text: string, file: string): Dockerfile {
  const globals = new Map<string, string>();
  const stages: { image: string; name: string | null; line: number; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsIn(text)) {
    if (instruction.keyword === "FROM") {
      const words = wordsOf(instruction.text).filter((word) => !word.startsWith("--"));
      const image = (words[0] ?? "").replace(
        /\$\{?(\w+)(?::?-([^}]*))?\}?/g,
        (_, name, fallback) => globals.get(name) ?? fallback ?? `$${name}`,
      );
      const name = words[1]?.toUpperCase() === "AS" ? (words[2]?.toLowerCase() ?? null) : null;
      stages.push({ image, name, line: instruction.line, instructions: [] });
    } else if (stages.length === 0) {
      if (instruction.keyword === "ARG") {
        const [name = "", value] = splitOnce(instruction.text);
        if (value !== undefined) globals.set(name, wordsOf(value)[0] ?? "");
      }
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return { file, globals, stages };
}

/** The stage that the image is made of, with the instructions of those that it builds upon, first to last. */
export function finalStages({ stages }: Dockerfile): Stage[] {
  const chain: Stage[] = [];
  for (let stage = stages.at(-1); stage && !chain.includes(stage); ) {
    chain.unshift(stage);
    const { image } = stage;
    stage = stages.find(({ name }) => name !== null && name === image.toLowerCase());
  }
  return chain;
}

/** Its last instruction of a keyword, in the image that comes out. */
export function lastInstruction(dockerfile: Dockerfile, keyword: string): Instruction | null {
  return (
    finalStages(dockerfile)
      .flatMap(({ instructions }) => instructions)
      .findLast((instruction) => instruction.keyword === keyword) ?? null
  );
}

/** `NAME=value` pairs of ENV and ARG; the value is null where there is none. */
export function pairsOf({
  keyword,
  text,
}: Instruction): { readonly name: string; readonly value: string | null }[] {
  const words = wordsOf(text);
  const [first = ""] = words;
  if (keyword === "ENV" && !first.includes("=")) return [{ name: first, value: words.slice(1).join(" ") }];
  return words.map((word) => {
    const [name = "", value] = splitOnce(word);
    return { name, value: value ?? null };
  });
}

/** The instructions in order: with lines continued, comments and blanks in between left out, and heredocs whole. */
function instructionsIn(text: string): Instruction[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const continued = escapeOf(lines) === "`" ? /`[ \t]*$/ : /\\[ \t]*$/;
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length; at++) {
    const start = at;
    const first = /^\s*([A-Za-z]+)(?:\s+(.*))?$/.exec(lines[at] as string);
    if (!first) continue;
    const pieces: string[] = [];
    for (let rest = first[2] ?? ""; ; rest = lines[at] as string) {
      const isSkipped = pieces.length > 0 && /^\s*(#|$)/.test(rest);
      if (!isSkipped) pieces.push(rest.replace(continued, "").trim());
      if ((!isSkipped && !continued.test(rest)) || at + 1 >= lines.length) break;
      at++;
    }
    const keyword = (first[1] as string).toUpperCase();
    const marks = /^(RUN|COPY|ADD)$/.test(keyword) ? heredocsIn(pieces.join(" ")) : [];
    const body: string[] = [];
    for (const mark of marks) {
      while (at + 1 < lines.length && lines[at + 1]?.replace(/^\t+/, "") !== mark)
        body.push(lines[++at] as string);
      body.push(lines[++at] ?? "");
    }
    const joined = [pieces.join(" ").trim(), ...body].join("\n");
    found.push({ keyword, text: joined, exec: execForm(keyword, joined), line: start + 1 });
  }
  return found;
}

/** The parser directive `# escape=`, which stands above all else. */
function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const directive = /^#\s*([a-z]+)\s*=\s*(\S+)\s*$/i.exec(line);
    if (!directive) return "\\";
    if (directive[1]?.toLowerCase() === "escape") return directive[2] as string;
  }
  return "\\";
}

const heredocsIn = (text: string): string[] =>
  [...text.matchAll(/(?:^|\s)\d*<<-?["']?(\w+)["']?/g)].map(([, mark]) => mark as string);

function execForm(keyword: string, text: string): string[] | null {
  if (!/^(CMD|ENTRYPOINT|RUN|SHELL)$/.test(keyword)) return null;
  const start = text.replace(/^(--\S+\s+)+/, "");
  if (!start.startsWith("[")) return null;
  try {
    const words: unknown = JSON.parse(start);
    return Array.isArray(words) ? words.map(String) : null;
  } catch {
    return null;
  }
}

function splitOnce(text: string): [string, string?] {
  const at = text.indexOf("=");
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
