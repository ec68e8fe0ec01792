import { explainInMarkdown } from "./explain.ts";
import { staticChecks } from "./factors/catalogue.ts";
import { chapterOf } from "./manifests.ts";
import { dynamicChecks } from "./probe/catalogue.ts";
import { factors } from "./types.ts";

/** A good app in some language, and copies of it with one fault each. */
export type MutantTable = {
  readonly language: string;
  readonly mutants: readonly {
    readonly slug: string;
    readonly fault: string;
    readonly found: readonly string[];
  }[];
};

/** `docs/check.md`: how the verb works, every check in the words of `check explain`, and what proves those that run. */
export function checkPage(tables: readonly MutantTable[]): string {
  const all = [...staticChecks, ...dynamicChecks];
  const chapters = factors.map((factor) => {
    const { number, title } = chapterOf("classic", factor);
    const checks = all.filter((check) => check.factor === factor).map(explainInMarkdown);
    return `## ${number}. ${title}\n\n${checks.join("\n")}`;
  });
  return [introduction(staticChecks.length, dynamicChecks.length), ...chapters, proof(tables)].join("\n");
}

function proof(tables: readonly MutantTable[]): string {
  const count = tables.reduce((sum, { mutants }) => sum + mutants.length, 0);
  const languages = new Intl.ListFormat("en-GB").format(tables.map(({ language }) => `in ${language}`));
  return `## Proof of the checks

A good small app ${languages} passes every check that runs. Of each there are copies with one fault: ${count} in all.
The good apps have no finding, and each copy has exactly the findings in its row, which a test shows.

${tables.map(printTable).join("\n")}`;
}

function printTable({ language, mutants }: MutantTable): string {
  const rows = mutants.map(({ slug, fault, found }) => {
    const others = found.filter((each) => each !== slug).map((each) => `\`${each}\``);
    return `| ${fault} | \`${slug}\` | ${others.join(", ")} |`;
  });
  return `### ${language}: ${mutants.length} faults

| a copy that | has this finding | and these |
| --- | --- | --- |
${rows.join("\n")}
`;
}

const introduction = (read: number, run: number): string => `# check

\`create-twelve-factor check [dir]\` measures how far a repo is from the twelve factors: any repo, in any language, ours or
not. It has ${read} checks that read the files, and with \`--boot\` ${run} more that build the app, run it and probe it.

| flag | what it does |
| --- | --- |
| \`--boot\` | also builds the app, runs every process type, and probes them |
| \`--only a,b\`, \`--skip a,b\` | these checks or factors alone; all but these |
| \`--format text\\|json\\|sarif\`, \`--json\` | for people, for programs, for code scanning |
| \`--procfile FILE\` | where the process types are, if not in \`Procfile\` |
| \`--build CMD\`, \`--env-file FILE\`, \`--timeout S\` | with \`--boot\`: how it is built, values of variables, seconds for a start |
| \`--service NAME=URL,…\` | with \`--boot\`: services to use, by the variable that holds their URL |
| \`--manifest classic\\|next\` | chapters as in the classic text, or as in the draft of the next |

\`check list\` prints all checks, and \`check explain SLUG\` what one asks, why, how to fix it and what can fool it: the text
below. It exits with 0 where there is no violation, 1 where there is one, and 2 where it could not run.

## What the words mean

- A **violation** breaks a *must* or *never* of the text, a **risk** a *should*; **advice** goes beyond the text.
- What could not be tried is **not run**, with its reason. It has not passed.
- The summary says which factors are proven by running, which only by reading, and which not at all. There is no score.
- **Confidence** is lower where a finding rests on a name, or on something being absent.

## What is read

Files that git tracks or would track; without git, all that \`.gitignore\` does not leave out. Links are not followed.
Procfiles, Dockerfiles, compose files, workflows, app.json, fly.toml, render.yaml, Kubernetes, package.json, pyproject.toml
and the like are parsed; so is source in JavaScript, TypeScript, Python and Go, as a syntax tree, so that words in comments
count for nothing. Source in other languages is not read, and the report says so. Tests, tools, compiled and vendored files
are left out, except where a rule is about them. Secrets are masked in whatever is shown.

## What is run

With \`--boot\`, the committed tree is copied, built, and run from there; the repo is only read. A backing service is the one of
\`--service\`; else a server of this host, started for the run, for PostgreSQL, MariaDB, Redis, RabbitMQ and NATS, and one of
check's own for mail; else the one of the compose file, where a container engine answers; else a sink, and what needs the
service is not run. Namespaces (by unshare or bwrap), strace and the engine are used where they are. All that was started is
gone afterwards, and after a kill -9 of the check at its next run.

\`bin/setup\` and \`bin/dev\` are run where the build installs nothing; else ask for \`--only dev-prod-parity/set-up\`, since they
install everything once more.

## Accepting a finding

\`.twelve-factor-check.json\`, or the receipt \`.twelve-factor.json\`, may hold:

\`\`\`json
{ "suppressions": [{ "slug": "logs/files", "file": "src/audit.js", "reason": "The audit trail is data, not a log." }] }
\`\`\`

\`file\` may be left out; \`reason\` may not. What is suppressed is counted, and is in the JSON and SARIF output. A
[pack](packs.md#what-a-pack-can-do) that the receipt names may raise findings, and ask more of a suppression.

## JSON

\`{ findings: [{ slug, factor, severity, message, file, line, evidence, fix, confidence }], notRun: [{ slug, reason }],
passed: [slug], factors: [{ number, title, proof, passed, findings, notRun }], inferred: [{ what, value, from }],
suppressed: [{ finding, reason }], unread: [language] }\`
`;
