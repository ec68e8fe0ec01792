import { type Instruction as AstInstruction, DockerfileParser } from "dockerfile-ast";
import { wordsOf } from "./shell.ts";

export type Instruction = {
  readonly keyword: string;
  /** The arguments as they stand, continued lines joined, flags and heredocs included. */
  readonly text: string;
  readonly flags: readonly string[];
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
  for (const node of DockerfileParser.parse(text).getInstructions()) {
    const instruction = read(node);
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

function read(node: AstInstruction): Instruction {
  const raw = node.getRawArgumentsContent() ?? "";
  const text = raw
    .replace(/^[ \t]*#.*\n/gm, "")
    .replace(/\\[ \t]*\r?\n/g, " ")
    .trim();
  const flags = [...text.matchAll(/^(?:\s*--[a-z-]+(?:=\S+)?)+/g)].flatMap(([head]) =>
    head.trim().split(/\s+/),
  );
  const keyword = node.getKeyword();
  const line = node.getRange().start.line + 1;
  return { keyword, text, flags, exec: execForm(keyword, text), line };
}

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
