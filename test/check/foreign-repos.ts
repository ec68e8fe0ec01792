import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { detect } from "../../src/check/detect/detect.ts";
import { inferredAnswers } from "../../src/check/detect/inferred-answers.ts";
import { composedIn } from "../../src/check/detect/services.ts";
import { type Repo, repoOf } from "../../src/check/repo.ts";
import { survey } from "../../src/check/survey/survey.ts";
import { templatesOf } from "../../src/core/catalogue.ts";
import type { FileContent } from "../../src/core/types.ts";
import { compileCatalogue } from "../../src/io/compile-catalogue.ts";

export const catalogue = compileCatalogue(fileURLToPath(new URL("../../templates", import.meta.url)));

const folder = fileURLToPath(new URL("../fixtures/foreign/", import.meta.url));

/** Small repos in the shapes that people have, one text file each: `=== path`, then what the file holds. */
export const foreignRepos: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".txt"))
  .map((name) => name.slice(0, -".txt".length))
  .sort();

export function filesOf(name: string): { readonly [path: string]: string } {
  const [, ...parts] = readFileSync(`${folder}${name}.txt`, "utf8").split(/^=== /m);
  return Object.fromEntries(
    parts.map((part) => {
      const end = part.indexOf("\n");
      return [part.slice(0, end), part.slice(end + 1)];
    }),
  );
}

export const contentOf = (content: string): FileContent => ({ content, executable: false });

const variables = new Map(
  templatesOf(catalogue, "service").flatMap(({ id, definition: { env } }) =>
    env[0] ? [[id, env[0].name]] : [],
  ),
);

/** What is found in a repo of these files. */
export async function found(files: { readonly [path: string]: string }, name = "app") {
  const repo: Repo = repoOf(files);
  const seen = await survey(repo);
  const detection = detect(seen, variables);
  const answers = inferredAnswers(detection, { toolchain: {}, commands: {} }, name);
  return { repo, detection, answers, composed: composedIn(seen) };
}
