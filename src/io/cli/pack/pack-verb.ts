import { basename, resolve } from "node:path";
import { Failure } from "../../../core/failure.ts";
import { nearest } from "../../../core/nearest.ts";
import type { Pack } from "../../../core/pack/compose.ts";
import { type Finding, lintPack } from "../../../core/pack/lint.ts";
import { liveFiles } from "../../../core/pack/live-files.ts";
import { manifestPath, readManifest } from "../../../core/pack/manifest.ts";
import { packDocs } from "../../../core/pack/pack-docs.ts";
import { printable } from "../../../core/printable.ts";
import type { Catalogue, Tree } from "../../../core/types.ts";
import { readBuiltCatalogue } from "../../catalogue.ts";
import { createDirectory } from "../../commit/create-directory.ts";
import { withPacks } from "../../pack/catalogues.ts";
import { readSource } from "../../pack/sources.ts";
import type { Invocation } from "../argv.ts";
import { print, printData, resultStyle } from "../output.ts";
import { findTarget, verifyDirectory } from "../target.ts";
import { schemasFolder, writeSchemas } from "./write-schemas.ts";

/** For the authors of packs: a new one, what is wrong with one, and a page about it. */
export async function pack(invocation: Invocation): Promise<number> {
  const [action = "", folder = "."] = invocation.positionals;
  verifyCount(invocation);
  if (action === "report") return (await import("./report-packs.ts")).reportPacks(invocation);
  if (action === "fleet") return (await import("./write-fleet.ts")).writeFleet(folder, invocation);
  if (action === "new" && invocation.positionals[1] !== undefined) return create(folder, invocation);
  if (action === "lint") return await lint(folder, invocation);
  if (action === "test") return (await import("./test-pack.ts")).testPack(folder, invocation);
  const changed = invocation.positionals[2];
  if (action === "diff" && changed !== undefined)
    return (await import("./test-pack.ts")).diffPacks(folder, changed, invocation);
  if (action === "schemas") {
    const written = writeSchemas(folder, compose(folder, invocation).catalogue);
    if (invocation.switches.json) printData({ written }, 2);
    else print(listOf(folder, written));
    return 0;
  }
  if (action === "docs") {
    const { catalogue, read } = compose(folder, invocation);
    print(packDocs(catalogue, read));
    return 0;
  }
  throw new Failure({
    code: "usage/pack",
    message:
      action === "new"
        ? "pack new needs a name."
        : action === "diff"
          ? "pack diff needs two packs."
          : "pack needs to know what.",
    fix: "Run pack new NAME, pack lint [FOLDER], pack test [FOLDER], pack diff OLD NEW, pack docs [FOLDER], pack schemas [FOLDER], pack report DIR… or pack fleet [FOLDER].",
  });
}

function verifyCount({ positionals }: Invocation): void {
  const [action] = positionals;
  const most = action === "report" ? Number.POSITIVE_INFINITY : action === "diff" ? 3 : 2;
  const extra = positionals[most];
  if (extra === undefined) return;
  throw new Failure({
    code: "usage/argument",
    message: `"${printable(extra).slice(0, 60)}" is one argument too many for pack ${printable(action ?? "")}.`,
    fix: "See pack --help.",
  });
}

type Composed = { readonly catalogue: Catalogue; readonly read: Pack };

/** The pack of a folder over ours, and over those that `--pack` names. */
function compose(folder: string, { lists }: Invocation): Composed {
  const place = resolve(folder);
  const catalogue = withPacks(readBuiltCatalogue(), [...(lists.pack ?? []), place]);
  return { catalogue, read: readSource(place) };
}

async function lint(folder: string, invocation: Invocation): Promise<number> {
  const result = await linted(folder, invocation);
  const { findings, rendered, exhaustive, live } = result;
  if (invocation.switches.json) printData(result, 2);
  else {
    const style = resultStyle();
    const lines = findings.map(
      ({ origin, what, fix }) =>
        `${style.red("✖")} ${printable(`${origin}: ${what}.`)}\n  ${printable(fix, "\n")}\n`,
    );
    const how = exhaustive ? "all that there are" : "any two choices in one of them";
    const notes = [
      ...(rendered > 0 ? [`${rendered} sets of answers were rendered, ${how}.\n`] : []),
      ...(live.length > 0
        ? [`Needs consent, since it runs by itself: ${printable(live.join(", "))}.\n`]
        : []),
    ];
    print(
      `${lines.join("")}${notes.join("")}${findings.length === 0 ? `${style.green("✔")} Nothing is wrong with it.\n` : ""}`,
    );
  }
  return findings.length === 0 ? 0 : 1;
}

type Linted = ReturnType<typeof lintPack> & { readonly live: readonly string[] };

/** What can't be read or compiled is the one finding, since nothing can be said of the rest. */
async function linted(folder: string, invocation: Invocation): Promise<Linted> {
  try {
    const { catalogue, read } = compose(folder, invocation);
    const { findings, ...rest } = lintPack(catalogue, read);
    const live = liveFiles(catalogue).get(read.manifest.name) ?? [];
    return { findings: [...(await unknownChecks(read)), ...findings], ...rest, live };
  } catch (error) {
    if (!(error instanceof Failure) || error.code.startsWith("usage/")) throw error;
    const [, origin = folder, what = error.message] = /^(\S+): ([\s\S]*?)\.?$/.exec(error.message) ?? [];
    const finding: Finding = { origin, what, fix: error.fix };
    return { findings: [finding], rendered: 0, exhaustive: true, live: [] };
  }
}

/** Rules about checks that there aren't, which would have no effect. */
async function unknownChecks({ manifest: { name, policy } }: Pack): Promise<readonly Finding[]> {
  const ruled = Object.keys(policy.checks);
  if (ruled.length === 0) return [];
  const [{ staticChecks }, { dynamicChecks }] = await Promise.all([
    import("../../../check/factors/catalogue.ts"),
    import("../../../check/probe/catalogue.ts"),
  ]);
  const known = [...staticChecks, ...dynamicChecks].map(({ slug }) => slug);
  return ruled
    .filter((slug) => !known.includes(slug))
    .map((slug): Finding => {
      const near = nearest(slug, known);
      const fix = near === null ? "See create-twelve-factor check list." : `Did you mean ${near}?`;
      return { origin: `${name}:${manifestPath}`, what: `there is no check "${slug}"`, fix };
    });
}

async function create(folder: string, { switches }: Invocation): Promise<number> {
  verifyDirectory(folder);
  const target = findTarget(folder);
  const files = startOf(basename(target.root));
  readManifest(files[manifestPath] as string, manifestPath);
  if (!target.empty) {
    throw new Failure({
      code: "pack/exists",
      message: `${folder} isn't empty.`,
      fix: "Choose another name.",
    });
  }
  const tree: Tree = new Map(
    Object.entries(files).map(([path, content]) => [path, { content, executable: false }]),
  );
  if (!createDirectory({ root: target.root, tree })) {
    throw new Failure({
      code: "pack/exists",
      message: `${folder} is there already.`,
      fix: "Choose another name.",
    });
  }
  const built = readBuiltCatalogue();
  const catalogue = withPacks(built, [target.root]);
  const { recordTests } = await import("./test-pack.ts");
  const written = [
    ...Object.keys(files),
    ...(await recordTests(target.root, built, catalogue)),
    ...writeSchemas(target.root, catalogue),
  ];
  if (switches.json) printData({ directory: target.root, files: written }, 2);
  else print(`${listOf(folder, written)}\nNext: create-twelve-factor pack lint ${folder}\n`);
  return 0;
}

function listOf(folder: string, paths: readonly string[]): string {
  return paths.map((path) => `  + ${printable(`${folder}/${path}`)}\n`).join("");
}

/** A pack that works: a question, a rule, a file of its own, a block of ours that is filled, and a test. */
function startOf(name: string): { readonly [path: string]: string } {
  return {
    "README.md": `# ${name}

A pack of create-twelve-factor: templates of a company, over those of the program.

    create-twelve-factor pack lint .
    create-twelve-factor pack test .
    create-twelve-factor my-app --pack .
`,
    "base/blocks/readme-end.hbs": `
## Support

This service is owned by {{project.answers.team}}.
`,
    "base/files/OWNERS.md.hbs": `# Owners of {{project.name}}

{{project.answers.team}}
`,
    "tests/default.yaml": `# yaml-language-server: $schema=../${schemasFolder}/answers.json
# Answers, as create --answers takes them. pack test renders them, and pack test --write records what it should be.
services: [postgres]
more: { team: payments }
`,
    "pack.yaml": `# yaml-language-server: $schema=${schemasFolder}/pack.json
name: ${name}
version: 0.1.0
description: How we build services
questions:
  team: { type: string, message: Which team owns it, default: platform, pattern: "^[a-z][a-z0-9-]*$" }
policy:
  fixed: { license: UNLICENSED }
`,
  };
}
