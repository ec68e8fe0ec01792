import { type Adopted, adopt, withPieces } from "../../../../generators/adopt.ts";
import { inspector, without, wouldBe } from "../../../check/detect/would-be.ts";
import { maskEvidence } from "../../../check/factors/evidence.ts";
import type { Repo } from "../../../check/repo.ts";
import type { Finding } from "../../../check/types.ts";
import { piecesOf } from "../../../core/answered-stack.ts";
import { findTemplate, templatesOf } from "../../../core/catalogue.ts";
import { Failure } from "../../../core/failure.ts";
import { receiptPath } from "../../../core/receipt.ts";
import type { Answers, Catalogue, Change, Receipt, StackFacts, Tree } from "../../../core/types.ts";

/** A piece that the repo may take over. */
export type Offer = {
  readonly id: string;
  readonly changes: readonly Change[];
  /** Files that are there and stay as they are. */
  readonly left: readonly string[];
  readonly lines: number;
  /** What the static check finds no more with it, and what it finds then alone. */
  readonly ends: readonly Finding[];
  readonly brings: readonly Finding[];
};

export type Offering = {
  readonly catalogue: Catalogue;
  /** Gives the person's files of these paths. */
  readonly read: (paths: readonly string[]) => Tree;
  readonly repo: Repo;
  readonly before: Receipt | null;
  readonly answers: Answers;
  readonly nested: boolean;
  readonly ci: string | null;
  /** Backing services that some compose file of the repo has. */
  readonly composed: ReadonlySet<string>;
  /** Why an image can't be made; null where it can. */
  readonly imageless: string | null;
};

export type Offers = {
  readonly offers: readonly Offer[];
  /** Pieces that there is nothing to offer of, and why. */
  readonly withheld: readonly { readonly id: string; readonly reason: string }[];
  /** Pieces whose files are there already: they count as taken, and stay as they are. */
  readonly present: readonly string[];
  readonly findings: readonly Finding[];
  readonly inspect: (repo: Repo) => Promise<readonly Finding[]>;
};

const isThere = " is there";

/** What a repo may take over, the smallest diff for a finding first; each as the static check of the would-be repo tells. */
export async function offersFor(offering: Offering): Promise<Offers> {
  const { catalogue, read, repo, before, answers, nested, ci } = offering;
  const inspect = inspector();
  const findings = await inspect(repo);
  const present = presentIn(offering);
  const offers: Offer[] = [];
  const withheld: { id: string; reason: string }[] = [];
  for (const id of pieceIds(catalogue, answers.stack)) {
    if (id === "ci" ? answers.ci !== null : answers.facts?.pieces.includes(id)) continue;
    const reason = whyNot(id, offering);
    if (reason !== null) {
      withheld.push({ id, reason });
      continue;
    }
    try {
      const pieces = [...present, ...(id === "image" ? ["dockerignore"] : []), id];
      const adopted = await adopt({
        catalogue,
        before,
        answers: withPieces(answers, pieces, ci),
        nested,
        read,
      });
      const changes = adopted.changes.filter(({ path }) => path !== receiptPath);
      if (changes.length === 0) {
        withheld.push({
          id,
          reason: adopted.left.length > 0 ? `${adopted.left.join(", ")}${isThere}` : "it is there",
        });
        continue;
      }
      const secret = changes.find((change) => change.kind === "modify" && holdsSecret(change.before.content));
      if (secret !== undefined) {
        withheld.push({ id, reason: `${secret.path} holds what looks like a secret` });
        continue;
      }
      const after = await inspect(wouldBe(repo, changes));
      offers.push({
        id,
        changes,
        left: adopted.left,
        lines: changes.reduce((sum, change) => sum + linesMore(change), 0),
        ends: without(findings, after),
        brings: without(after, findings),
      });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      withheld.push({ id, reason: error.message });
    }
  }
  const cost = ({ lines, ends }: Offer) =>
    ends.length === 0 ? Number.POSITIVE_INFINITY : lines / ends.length;
  return {
    offers: offers.toSorted((a, b) => cost(a) - cost(b) || a.lines - b.lines),
    withheld,
    present,
    findings,
    inspect,
  };
}

/** What the templates have for pieces whose files are there, and are left. */
export async function standing(
  offering: Offering,
  { withheld }: Offers,
): Promise<Pick<Adopted, "left" | "theirs">> {
  const pieces = withheld.flatMap(({ id, reason }) => (reason.endsWith(isThere) ? [id] : []));
  const { answers, ci } = offering;
  const { left, theirs } = await adopt({ ...offering, answers: withPieces(answers, pieces, ci) });
  return { left, theirs };
}

/** All that can be chosen, by the names that `--only` and `--skip` take. */
export function pieceIds(catalogue: Catalogue, stack: string): readonly string[] {
  const template = findTemplate(catalogue, "stack", stack);
  return template === undefined ? [] : [...piecesOf(template), "ci"];
}

/** The CI of the catalogue that a repo may take. */
export function offeredCi(catalogue: Catalogue, given: string | null | undefined): string | null {
  if (given !== undefined) return given;
  return templatesOf(catalogue, "ci").find(({ id }) => id === "github")?.id ?? null;
}

/** An image that the repo has, where the templates would have made one too. */
function presentIn(offering: Offering): readonly string[] {
  const { repo, answers } = offering;
  if (!repo.paths.includes("Dockerfile") || answers.facts?.pieces.includes("image")) return [];
  return whyNoImage(offering) === null ? ["image"] : [];
}

function whyNoImage({ answers, nested, imageless }: Offering): string | null {
  if (answers.processes.length === 0) return "it isn't known how the app is started";
  if (nested) return "the lockfile lies above, so that the image has to be built from there";
  const hasVersion = Object.keys(answers.facts?.toolchain ?? {}).length > 0;
  return (
    withoutCorepack(answers) ?? imageless ?? (hasVersion ? null : "no version of the toolchain is known")
  );
}

const anyCompose = /^(docker-)?compose[\w.-]*\.ya?ml$/;
/** Files that are read in place of compose.yaml, or beside it. */
const otherCompose = /^(docker-compose[\w.-]*\.ya?ml|compose\.yml|compose\.[\w.-]+\.ya?ml)$/;

function whyNot(id: string, offering: Offering): string | null {
  const { repo, answers, nested, ci, composed } = offering;
  const { facts, processes, services, env } = answers;
  if (facts === undefined) return "nothing is known of the repo";
  const has = (pattern: RegExp) => repo.paths.find((path) => pattern.test(path));
  const there = (pattern: RegExp) => {
    const path = has(pattern);
    return path === undefined ? null : `${path}${isThere}`;
  };
  const unknownStart = processes.length === 0 ? "it isn't known how the app is started" : null;
  const hasVersion = Object.keys(facts.toolchain).length > 0;
  switch (id) {
    case "toolchain":
      return hasVersion
        ? there(/^(\.?mise\.toml|\.nvmrc|\.node-version|\.python-version|\.ruby-version|\.go-version)$/)
        : "no version of a toolchain is known";
    case "procfile":
      return unknownStart;
    case "schema":
      return env.length + services.length === 0 ? "no variable that the code reads is known" : null;
    case "dockerignore":
      return has(/^(Dockerfile|Containerfile)/) === undefined ? "there is no Dockerfile" : null;
    case "image":
      return there(/^(Dockerfile|Containerfile)/) ?? whyNoImage(offering);
    case "compose":
      return services.length === 0
        ? "no backing service is known by a variable"
        : there(composed.size > 0 ? anyCompose : otherCompose);
    case "ci":
      if (nested) return "it counts only at the root of a repository";
      if (ci === null) return "no CI was wanted";
      if (withoutCorepack(answers) !== null) return withoutCorepack(answers);
      return (
        there(
          /^(\.github\/workflows\/.+\.ya?ml|\.gitlab-ci\.yml|\.circleci\/.+|Jenkinsfile|\.travis\.yml|azure-pipelines\.ya?ml|bitbucket-pipelines\.yml|\.buildkite\/.+|\.drone\.yml)$/,
        ) ?? (facts.install + facts.build + facts.test === "" ? "nothing is known that it could run" : null)
      );
    case "dependabot":
      if (nested) return "it counts only at the root of a repository";
      return there(
        /^(\.github\/dependabot\.yaml|\.gitlab-ci\.yml|renovate\.json5?|\.renovaterc(\.json)?|\.github\/renovate\.json5?)$/,
      );
    case "scripts":
      if (isBuilt("bin/setup", facts)) return "bin/setup is what the build makes";
      return facts.install === "" ? "nothing is known that it could install" : there(/^bin\/setup$/);
    case "migrate":
      if (isBuilt("bin/migrate", facts)) return "bin/migrate is what the build makes";
      return facts.release === "" ? "no migration is known" : there(/^bin\/migrate$/);
    case "devcontainer":
      return nested
        ? "it counts only at the root of a repository"
        : (there(/^\.devcontainer(\.json$|\/)/) ??
            (hasVersion ? null : "no version of the toolchain is known"));
    default:
      return null;
  }
}

/** Whether a program of that path is one of the commands, which a script in its place would replace. */
function isBuilt(path: string, { release, commands }: StackFacts): boolean {
  return [release, ...Object.values(commands)].some((command) => command.split(" ")[0] === path);
}

/** Node brings what runs pnpm and yarn up to 24. */
function withoutCorepack({ packageManager, facts }: Answers): string | null {
  const major = Number.parseInt(facts?.toolchain.nodejs ?? "", 10);
  const isNeeded = packageManager === "pnpm" || packageManager === "yarn";
  return isNeeded && major >= 25
    ? `Node ${major} brings no corepack, which would run ${packageManager}`
    : null;
}

/** Whether `--yes` takes it: it adds files, and ends a finding. */
export function isTakenByDefault({ changes, ends }: Offer): boolean {
  return ends.length > 0 && changes.every(({ kind }) => kind === "add");
}

/** The pieces of offers: an image comes with what keeps its context small. */
export function piecesIn(offers: readonly Offer[]): readonly string[] {
  return offers.flatMap(({ id, changes }) =>
    id === "image" && changes.some(({ path }) => path === ".dockerignore") ? ["dockerignore", id] : [id],
  );
}

/** A diff would show it. */
function holdsSecret(content: string | Uint8Array): boolean {
  return (
    typeof content === "string" && content.split("\n").some((line) => maskEvidence(line).length < line.length)
  );
}

function linesMore(change: Change): number {
  const count = (content: string | Uint8Array) =>
    typeof content === "string" ? content.split("\n").length - 1 : 0;
  if (change.kind === "delete") return 0;
  return count(change.after.content) - (change.kind === "modify" ? count(change.before.content) : 0);
}
