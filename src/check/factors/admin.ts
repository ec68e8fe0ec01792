import { mapAt, textAt } from "../parsers/data.ts";
import { advice, notTried, risk, staticCheck } from "../static-check.ts";
import { type Command, scriptNameOf } from "../survey/commands.ts";
import { below, foldersAbove, nameOf, partOf } from "../survey/places.ts";
import { isWorkflow, type Survey } from "../survey/survey.ts";
import { isMigration } from "./build-release-run.ts";
import { lineOf } from "./evidence.ts";

/** The packages of tools that migrate, by the word that calls them. */
const migrators: { readonly [word: string]: readonly string[] } = {
  prisma: ["prisma"],
  knex: ["knex"],
  sequelize: ["sequelize-cli"],
  "sequelize-cli": ["sequelize-cli"],
  typeorm: ["typeorm"],
  "typeorm-ts-node-commonjs": ["typeorm"],
  "drizzle-kit": ["drizzle-kit"],
  "node-pg-migrate": ["node-pg-migrate"],
  "db-migrate": ["db-migrate"],
  kysely: ["kysely-ctl"],
  "mikro-orm": ["@mikro-orm/cli"],
};

const isCloudKey = (name: string): boolean =>
  /^(AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)|GOOGLE_APPLICATION_CREDENTIALS_JSON|GCP_SA_KEY|GCP_CREDENTIALS|AZURE_(CLIENT_SECRET|CREDENTIALS))$/.test(
    name,
  );

export const admin = [
  staticCheck("admin/tools", {
    title: "What the release needs is there when it runs",
    asks: "Is the tool that a release or task starts among the runtime dependencies?",
    why: "“One-off admin processes should be run in an identical environment as the regular long-running processes of the app. … The same dependency isolation techniques should be used on all process types.”",
    fix: "Move the tool from devDependencies to dependencies, or migrate from the app’s own code.",
    fooledBy: "Platforms that keep development dependencies for the release.",
    judge: (survey) => {
      const once = survey.commands.filter(({ once: isOnce }) => isOnce);
      if (once.length === 0) return notTried("no release or task is declared");
      return once.flatMap((command) => {
        const missing = missingTools(command, survey);
        return missing.map((name) =>
          risk(
            `${name} is a development dependency, and the release needs it.`,
            { file: command.file, line: command.line },
            command.text,
          ),
        );
      });
    },
  }),
  staticCheck("admin/declared-release", {
    title: "Migrations are a release",
    asks: "Where the repo has migrations, does a descriptor say when they run?",
    why: "“Running database migrations” is the manifesto’s first example of a one-off process, run “against a release, using the same codebase and config as any process run against that release”.",
    fix: "Add a release line to the Procfile, release_command, or a job of the deploy.",
    fooledBy: "Pipelines outside of the repo.",
    judge: (survey) => {
      const folder = survey.repo.paths.find(
        (path) =>
          partOf(path) === "app" &&
          /(^|\/)(migrations?|db\/migrate|alembic\/versions|prisma\/migrations)\/[^/]+\.(sql|[cm]?[jt]s|py|rb|go)$|(^|\/)migrations\/\d[^/]*\/\w+\.sql$/.test(
            path,
          ) &&
          !path.endsWith("__init__.py"),
      );
      if (folder === undefined) return notTried("the repo has no migrations");
      if (survey.procfiles.length === 0 && survey.commands.length === 0)
        return notTried("nothing says how the app is started");
      const isStated =
        survey.commands.some(({ once, programs }) => once || programs.some(isMigration)) || hasJob(survey);
      return isStated
        ? []
        : [
            advice(
              "There are migrations, and nothing says when they run.",
              { file: folder, line: 1 },
              folder,
              { confidence: "medium" },
            ),
          ];
    },
  }),
  staticCheck("admin/raw-sql", {
    title: "Data is changed by the app’s own code",
    asks: "Does no script pipe SQL into a database by hand?",
    why: "“Admin code must ship with application code to avoid synchronization issues.”",
    fix: "Write a task that uses the app’s config and connection.",
    fooledBy: "Scripts that make a database for development.",
    judge: (survey) => {
      const files = survey.repo.paths.filter((path) =>
        /^(bin\/[\w.-]+|scripts\/[\w.-]+|Makefile|justfile)$/.test(path),
      );
      const scripts = [...survey.data].flatMap(([file, documents]) =>
        nameOf(file) === "package.json"
          ? documents.flatMap(({ value, lineOf: line }) =>
              Object.entries(mapAt(value, "scripts")).map(([name, text]) => ({
                file,
                line: line(["scripts", name]),
                text: String(text),
              })),
            )
          : [],
      );
      const lines = files.flatMap((file) =>
        (survey.repo.read(file) ?? "")
          .split("\n")
          .map((text, index) => ({ file, line: index + 1, text: text.trim() }))
          .filter(({ text }) => !text.startsWith("#")),
      );
      if (files.length + scripts.length === 0) return notTried("the repo has no scripts");
      return [...scripts, ...lines].flatMap(({ file, line, text }) =>
        /\b(psql|mysql|mariadb|sqlite3|mongosh?)\b[^|;&]*<\s*\S+\.(sql|js)\b/.test(text)
          ? [advice("A script pipes SQL into a database.", { file, line }, text)]
          : [],
      );
    },
  }),
  staticCheck("admin/static-cloud-keys", {
    title: "Identity is short-lived",
    asks: "Does neither the schema nor CI ask for a static key of a cloud?",
    why: "Beyond the classic text; the draft of the next one asks for workload identities that the platform gives and renews, in the place of static credentials.",
    fix: "Use OIDC in CI (permissions: id-token: write), and the platform’s workload identity where the app runs.",
    fooledBy: "Services that know nothing but static keys, such as many object stores.",
    judge: (survey) => {
      const workflows = [...survey.data.keys()].filter(isWorkflow);
      if (survey.variables.length + workflows.length === 0)
        return notTried("there is no schema and no workflow");
      const declared = survey.variables
        .filter(({ name }) => isCloudKey(name))
        .map(({ name, file, line }) => advice(`${name} is a key that lasts.`, { file, line }, name));
      const inCi = workflows.flatMap((file) =>
        (survey.repo.read(file) ?? "").split("\n").flatMap((text, index) => {
          const name = /secrets\.(\w+)/.exec(text)?.[1];
          return name && isCloudKey(name) && !text.trimStart().startsWith("#")
            ? [
                advice(
                  `CI uses ${name}, a key that lasts.`,
                  { file, line: index + 1 },
                  lineOf(survey, file, index + 1),
                ),
              ]
            : [];
        }),
      );
      return [...declared.slice(0, 2), ...inCi.slice(0, 2)];
    },
  }),
];

function missingTools({ programs, file }: Command, { data, dockerfiles }: Survey): string[] {
  const manifest = foldersAbove(file).flatMap(
    (folder) => data.get(below(folder, "package.json"))?.[0]?.value ?? [],
  )[0];
  if (manifest === undefined) return [];
  const development = mapAt(manifest, "devDependencies");
  const runtime = mapAt(manifest, "dependencies");
  const keepsAll = dockerfiles.length > 0 && dockerfiles.every(({ stages }) => stages.length === 1);
  if (keepsAll) return [];
  return programs.flatMap((program) => {
    const words = [program.name, ...program.args.filter((arg) => !arg.startsWith("-")).slice(0, 2)].map(
      nameOf,
    );
    const word = words.find((each) => Object.hasOwn(migrators, each) || each === "tsx" || each === "ts-node");
    if (word === undefined || scriptNameOf(program) !== null) return [];
    const packages = migrators[word] ?? [word];
    return packages.filter((name) => textAt(development, name) !== null && textAt(runtime, name) === null);
  });
}

/** A job that migrates: of Kubernetes, of CI, or a task of the deploy. */
function hasJob({ data, repo }: Survey): boolean {
  return [...data].some(([file, documents]) =>
    documents.some(
      ({ value }) =>
        textAt(value, "kind") === "Job" ||
        (/(\/workflows\/|\.gitlab-ci)/.test(file) && /migrat/i.test(repo.read(file) ?? "")),
    ),
  );
}
