import { nearest } from "../../core/nearest.ts";
import { type Data, isDataMap, mapAt, textAt } from "../parsers/data.ts";
import { finalStages, lastInstruction, pairsOf } from "../parsers/dockerfile.ts";
import { advice, type Fault, notTried, risk, staticCheck, violation } from "../static-check.ts";
import { type Command, isCompose, type Program } from "../survey/commands.ts";
import { below, folderOf, nameOf } from "../survey/places.ts";
import { isWorkflow, type Survey } from "../survey/survey.ts";
import { stepsIn } from "./steps.ts";

const noCommand = "nothing says how the app is started";

/** What a running process is started by; releases and tasks are left out. */
export const running = ({ commands }: Survey): readonly Command[] => commands.filter(({ once }) => !once);

const secretName =
  /(PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY|CREDENTIALS?)(?!.*(_FILE|_PATH|_URL|_NAME|_ID|_TTL|_EXPIR\w*)$)/i;

export const buildReleaseRun = [
  staticCheck("build-release-run/build-at-start", {
    title: "Nothing is built at the start",
    asks: "Does no command that starts a process compile, install or fetch code?",
    why: "“The twelve-factor app uses strict separation between the build, release, and run stages. For example, it is impossible to make changes to the code at runtime, since there is no way to propagate those changes back to the build stage.”",
    fix: "Do it in the build, and start what was built: node dist/web.js instead of npm run build && node ….",
    fooledBy: "Commands for development that stand where those of a deploy should.",
    judge: (survey) => {
      const commands = running(survey);
      if (commands.length === 0) return notTried(noCommand);
      return commands.flatMap((command) =>
        command.programs.flatMap((program): Fault[] => {
          const what = buildsWith(program);
          if (what === null) return [];
          const { file, text } = command;
          const place = { file, line: lineIn(command, program) };
          return what === "may install"
            ? [
                risk(
                  `${program.name} may install packages when a process starts.`,
                  place,
                  snippet(text, program),
                ),
              ]
            : [violation(`A process ${what} when it starts.`, place, snippet(text, program))];
        }),
      );
    },
  }),
  staticCheck("build-release-run/migrate-at-start", {
    title: "Migrations are not part of a start",
    asks: "Does no command that starts a process change the schema of the database?",
    why: "“The run stage should be kept to as few moving parts as possible, since problems that prevent an app from running can cause it to break in the middle of the night when no developers are on hand.” Each process that starts would migrate, several at once.",
    fix: "Migrate in the release: a release line in the Procfile, or the platform’s own command for it.",
    fooledBy: "Tools of one’s own with another name.",
    judge: (survey) => {
      const commands = running(survey);
      if (commands.length === 0) return notTried(noCommand);
      return commands.flatMap((command) =>
        command.programs
          .filter(isMigration)
          .map((program) =>
            violation(
              "A process migrates when it starts.",
              { file: command.file, line: lineIn(command, program) },
              snippet(command.text, program),
            ),
          ),
      );
    },
  }),
  staticCheck("build-release-run/development-server", {
    title: "No development server serves",
    asks: "Is no process started with a server, a watcher or a reloader that is made for development?",
    why: "“The run stage (also known as ‘runtime’) runs the app in the execution environment, by launching some set of the app’s processes against a selected release” – which does not change while it runs.",
    fix: "Start the production server: gunicorn, uvicorn without --reload, node on the compiled file.",
    fooledBy: "Options that turn a tool’s development mode off.",
    judge: (survey) => {
      const commands = running(survey);
      if (commands.length === 0) return notTried(noCommand);
      return commands.flatMap((command) =>
        command.programs
          .filter(isDevelopmentServer)
          .map((program) =>
            violation(
              `${program.name} is started as for development.`,
              { file: command.file, line: lineIn(command, program) },
              snippet(command.text, program),
            ),
          ),
      );
    },
  }),
  staticCheck("build-release-run/image-tags", {
    title: "A release names its image",
    asks: "Does no descriptor of a deploy name an image without a version, or by `latest`?",
    why: "“Every release should always have a unique release ID … Releases are an append-only ledger and a release cannot be mutated once it is created.”",
    fix: "Name the image by the version or the digest that the build gave it.",
    fooledBy: "Tags that a tool replaces at the time of deploy.",
    judge: ({ images, repo }) => {
      const isKustomized = repo.paths.some(
        (path) => /^kustomization\.ya?ml$/.test(nameOf(path)) && /^images:/m.test(repo.read(path) ?? ""),
      );
      const deploys = images.filter(({ use }) => use === "deploy");
      if (deploys.length === 0) return notTried("no descriptor names an image to deploy");
      if (isKustomized) return notTried("a kustomization names the images");
      return deploys.flatMap(({ image, tag, digest, file, line }) =>
        digest === null && (tag === null || tag === "latest") && !/[${]/.test(image)
          ? [violation("A deploy names an image that changes.", { file, line }, `image: ${image}`)]
          : [],
      );
    },
  }),
  staticCheck("build-release-run/stages", {
    title: "The image holds what runs, and not what built it",
    asks: "Does the image compile in another stage than the one that runs?",
    why: "“The run stage should be kept to as few moving parts as possible”: compilers, package managers and development dependencies are parts.",
    fix: "Build in one stage, and copy the result into another one.",
    fooledBy: "Builds that only fetch runtime dependencies are not judged.",
    judge: ({ dockerfiles }) => {
      if (dockerfiles.length === 0) return notTried("there is no Dockerfile");
      return dockerfiles.flatMap((dockerfile) => {
        if (!lastInstruction(dockerfile, "CMD") && !lastInstruction(dockerfile, "ENTRYPOINT")) return [];
        const compile = finalStages(dockerfile)
          .flatMap(({ instructions }) => instructions)
          .find(
            ({ keyword, text }) =>
              keyword === "RUN" &&
              /\b(npm run build|yarn build|yarn run build|pnpm (run )?build|tsc\b|go build|cargo build|mvn [^&|]*package|gradlew? [^&|]*(build|bootJar)|dotnet publish)/.test(
                text,
              ),
          );
        return compile
          ? [
              risk(
                "The image that runs is the one that compiles.",
                { file: dockerfile.file, line: compile.line },
                compile.text,
              ),
            ]
          : [];
      });
    },
  }),
  staticCheck("build-release-run/context", {
    title: "Only what is meant to be gets into the image",
    asks: "Where an image copies the whole directory, is there a .dockerignore?",
    why: "A build turns “a code repo into an executable bundle”: not a working directory with its .env, its history and its node_modules.",
    fix: "Write a .dockerignore that leaves out all but what the build needs.",
    fooledBy: "Builds from a clean checkout, where there is nothing else to copy.",
    judge: ({ dockerfiles, repo }) => {
      if (dockerfiles.length === 0) return notTried("there is no Dockerfile");
      const paths = new Set(repo.paths);
      return dockerfiles.flatMap(({ file, stages }) => {
        const has =
          paths.has(below(folderOf(file), ".dockerignore")) ||
          paths.has(`${file}.dockerignore`) ||
          paths.has(".dockerignore");
        const copy = stages
          .flatMap(({ instructions }) => instructions)
          .find(
            ({ keyword, text }) =>
              /^(COPY|ADD)$/.test(keyword) && /^(--(?!from)\S+\s+)*\.\/?\s+\S+$/.test(text),
          );
        return copy && !has
          ? [
              risk(
                "The whole directory is copied, and no .dockerignore leaves anything out.",
                { file, line: copy.line },
                `${copy.keyword} ${copy.text}`,
              ),
            ]
          : [];
      });
    },
  }),
  staticCheck("build-release-run/secrets-in-image", {
    title: "No secret is built into the image",
    asks: "Does no ENV or ARG of an image hold a credential?",
    why: "“The release stage takes the build produced by the build stage and combines it with the deploy’s current config”: config in the build goes to every deploy, and stays in the layers.",
    fix: "Use RUN --mount=type=secret for the build, and the environment for the run.",
    fooledBy: "Names that sound secret and are not.",
    judge: ({ dockerfiles }) => {
      if (dockerfiles.length === 0) return notTried("there is no Dockerfile");
      return dockerfiles.flatMap(({ file, stages }) =>
        stages.flatMap(({ instructions }) =>
          instructions
            .filter(({ keyword }) => keyword === "ENV" || keyword === "ARG")
            .flatMap((instruction) =>
              pairsOf(instruction).flatMap(({ name, value }): Fault[] => {
                const isUrl = value !== null && /:\/\/[^\s:/@]+:[^\s@/$]+@/.test(value);
                if (!isUrl && !secretName.test(name)) return [];
                const place = { file, line: instruction.line };
                const evidence = `${instruction.keyword} ${name}${value === null ? "" : "=***"}`;
                if (!isUrl && (value === null || value === "" || value.startsWith("$")))
                  return [
                    risk(`${name} is passed through the build, and stays in its history.`, place, evidence),
                  ];
                return /^(dummy|build|placeholder|x+|none)/i.test(value ?? "")
                  ? []
                  : [violation(`${name} is built into the image.`, place, evidence)];
              }),
            ),
        ),
      );
    },
  }),
  staticCheck("build-release-run/user", {
    title: "The image does not run as root",
    asks: "Does the image that runs name a user who is not root?",
    why: "Beyond the text. A process that cannot write to its code cannot “make changes to the code at runtime”.",
    fix: "USER 1000:1000 after the last COPY.",
    fooledBy: "Base images that name a user themselves, beyond those that are known.",
    judge: ({ dockerfiles }) => {
      const apps = dockerfiles.filter(
        (each) => lastInstruction(each, "CMD") ?? lastInstruction(each, "ENTRYPOINT"),
      );
      if (apps.length === 0) return notTried("there is no Dockerfile with a command");
      return apps.flatMap((dockerfile) => {
        const user = lastInstruction(dockerfile, "USER");
        const base = finalStages(dockerfile)[0]?.image ?? "";
        if (!user && /nonroot|chainguard|unprivileged|distroless\/.*:nonroot|heroku\//.test(base)) return [];
        const isRoot = !user || /^(root|0)(:|$)/.test(user.text.trim());
        const line = user?.line ?? lastInstruction(dockerfile, "CMD")?.line ?? 1;
        return isRoot
          ? [
              advice(
                "The image runs as root.",
                { file: dockerfile.file, line },
                user ? `USER ${user.text}` : "no USER",
              ),
            ]
          : [];
      });
    },
  }),
  staticCheck("build-release-run/pinned-actions", {
    title: "CI runs code that does not change",
    asks: "Is each action of a workflow named by its commit?",
    why: "Beyond the text. A build should give the same from the same commit; a tag of an action can be moved, and has been, to something that steals secrets.",
    fix: "uses: owner/action@<commit> # v1.2.3, kept fresh by Dependabot or Renovate.",
    fooledBy: "Actions of the same owner, which are as safe as the repo itself.",
    judge: (survey) => {
      const workflows = [...survey.data].filter(([file]) => isWorkflow(file));
      if (workflows.length === 0) return notTried("there is no workflow");
      return workflows.flatMap(([file]) => {
        const lines = (survey.repo.read(file) ?? "").split("\n");
        const mutable = lines.flatMap((line, index) => {
          const action = /^\s*(?:-\s+)?uses:\s*["']?([^\s"'#]+)/.exec(line)?.[1];
          return action?.includes("@") &&
            !action.startsWith("./") &&
            !/@([0-9a-f]{40}|sha256:\w+)$/.test(action)
            ? [{ action, line: index + 1 }]
            : [];
        });
        const [first] = mutable;
        return first
          ? [
              advice(
                `${mutable.length} action${mutable.length === 1 ? " is" : "s are"} named by a tag.`,
                { file, line: first.line },
                mutable
                  .slice(0, 4)
                  .map(({ action }) => action)
                  .join(", "),
              ),
            ]
          : [];
      });
    },
  }),
  staticCheck("build-release-run/workflow-permissions", {
    title: "CI may do no more than it has to",
    asks: "Does each job of a GitHub workflow have its permissions written down?",
    why: "Beyond the text. Every step of a build runs with the job’s token, those of its dependencies too; without permissions it may be one that writes to the repo.",
    fix: "permissions: { contents: read } at the top, and more where a job needs it.",
    fooledBy: "Organisations whose default is a token that only reads.",
    judge: (survey) => {
      const workflows = [...survey.data].filter(([file]) => /(^|\/)\.github\/workflows\//.test(file));
      if (workflows.length === 0) return notTried("there is no workflow of GitHub");
      return workflows.flatMap(([file, [document]]) => {
        if (!document || mapHas(document.value, "permissions")) return [];
        const jobs = Object.entries(mapAt(document.value, "jobs"));
        const open = jobs.filter(([, job]) => !mapHas(job, "permissions"));
        const [first] = open;
        if (!first) return [];
        const names = open.slice(0, 4).map(([name]) => name);
        return [
          advice(
            "The workflow takes the token’s default permissions.",
            { file, line: document.lineOf(["jobs", first[0]]) },
            names.join(", "),
          ),
        ];
      });
    },
  }),
  staticCheck("build-release-run/retired-descriptors", {
    title: "Its descriptors are still read",
    asks: "Does no descriptor, and no key of one, belong to a format that its platform has given up?",
    why: "Beyond the text. A release that is described in a file which nobody reads is not the one that runs.",
    fix: "Move to what took its place.",
    fooledBy: "Platforms of one’s own that keep on reading it.",
    judge: ({ repo, data }) => [
      ...repo.paths.flatMap((file) => {
        const reason = Object.hasOwn(retired, nameOf(file)) ? retired[nameOf(file)] : undefined;
        return reason ? [advice(reason, { file, line: 1 }, nameOf(file))] : [];
      }),
      ...[...data].flatMap(([file, [document]]) => {
        const version = isCompose(file) && document ? textAt(document.value, "version") : null;
        if (!document || version === null) return [];
        const place = { file, line: document.lineOf(["version"]) };
        return [advice("Compose reads no version any more.", place, `version: ${version}`)];
      }),
    ],
  }),
  staticCheck("build-release-run/descriptor-keys", {
    title: "Its platform knows every key of a descriptor",
    asks: "Is no key of fly.toml misspelt, and none of an app.json for Heroku one of Dokku’s?",
    why: "“A release is the build combined with the deploy’s current config”: what a platform drops without a word is not a part of it. Fly’s own schema takes any key, and Heroku refuses an app.json for a foreign one.",
    fix: "Write the key as the platform has it, or move it to where its platform looks.",
    fooledBy: "Keys that are newer than this release.",
    judge: ({ data }) => {
      const known = [...data].filter(
        ([file]) => nameOf(file) === "app.json" || /^fly[\w.-]*\.toml$/.test(nameOf(file)),
      );
      if (known.length === 0) return notTried("there is no fly.toml and no app.json");
      return known.flatMap(([file, [document]]) => {
        if (!document || !isDataMap(document.value)) return [];
        return nameOf(file) === "app.json" ? foreignKeys(file, document) : misspeltKeys(file, document);
      });
    },
  }),
  staticCheck("build-release-run/unmerged-build", {
    title: "CI builds what will run",
    asks: "Where there is a Dockerfile and CI, does CI build the image?",
    why: "“Builds are initiated by the app’s developers whenever new code is deployed”; an image that is first built at a deploy fails at a deploy.",
    fix: "Add a job that builds the image.",
    fooledBy: "Images that another system builds.",
    judge: (survey) => {
      const workflows = [...survey.data].filter(([file]) => isWorkflow(file));
      if (workflows.length === 0 || survey.dockerfiles.length === 0)
        return notTried("there is no workflow beside a Dockerfile");
      const isBuilt = stepsIn(survey).some(
        ({ of, words }) =>
          of === "ci" &&
          /^(docker|podman|buildah|nerdctl|flyctl|fly|heroku|kamal|pack|skaffold|gcloud|make)$/.test(
            nameOf(words[0] ?? ""),
          ),
      );
      const byAction = workflows.some(([file]) =>
        /uses:\s*(docker\/build-push-action|docker\/bake-action|redhat-actions\/buildah-build|superfly\/flyctl-actions|google-github-actions)/.test(
          survey.repo.read(file) ?? "",
        ),
      );
      const [first] = survey.dockerfiles;
      return isBuilt || byAction || !first
        ? []
        : [
            advice(
              "No workflow builds the image.",
              { file: first.file, line: 1 },
              workflows.map(([file]) => file).join(", "),
              { confidence: "medium" },
            ),
          ];
    },
  }),
];

const retired: { readonly [name: string]: string } = {
  "railway.json": "Railway stops reading railway.json on 2026-12-01.",
  "railway.toml": "Railway stops reading railway.toml on 2026-12-01.",
  "nixpacks.toml": "Nixpacks is in maintenance, and Railpack took its place.",
  ".buildpacks": "A .buildpacks file is read by an old buildpack only; app.json lists buildpacks.",
};

/** The keys that Fly reads at the top of a fly.toml, and in what a release hangs on. */
const flyKeys: readonly (readonly [path: string, keys: string])[] = [
  [
    "",
    "app primary_region kill_signal kill_timeout swap_size_mb console_command host_dedication_id build deploy env experimental http_service services checks machine_checks mounts statics files processes restart vm metrics",
  ],
  [
    "deploy",
    "release_command release_command_timeout release_command_vm strategy max_unavailable wait_timeout",
  ],
  [
    "http_service",
    "internal_port force_https auto_stop_machines auto_start_machines min_machines_running processes concurrency checks machine_checks http_options tls_options",
  ],
];

/** Only what is near to a key that Fly knows: of others nobody can tell that they are wrong. */
function misspeltKeys(file: string, { value, lineOf }: Data): Fault[] {
  return flyKeys.flatMap(([path, list]) => {
    const keys = list.split(" ");
    const under = path === "" ? [] : [path];
    return Object.keys(mapAt(value, ...under)).flatMap((key) => {
      const meant = keys.includes(key) ? null : nearest(key, keys);
      if (meant === null) return [];
      const place = { file, line: lineOf([...under, key]) };
      return [risk(`Fly drops ${key}: it knows ${meant}.`, place, key, { confidence: "medium" })];
    });
  });
}

const dokkuKeys = ["cron", "healthchecks"];
const herokuKeys = ["addons", "buildpacks", "environments", "stack", "success_url", "keywords"];

function foreignKeys(file: string, { value, lineOf }: Data): Fault[] {
  if (!herokuKeys.some((key) => mapHas(value, key))) return [];
  return dokkuKeys
    .filter((key) => mapHas(value, key))
    .map((key) => risk(`${key} is Dokku’s: Heroku refuses the file.`, { file, line: lineOf([key]) }, key));
}

const mapHas = (value: unknown, key: string): boolean => isDataMap(value) && Object.hasOwn(value, key);

/** In a script the line of the program; else that of the command. */
export const lineIn = ({ origin, file, line, through }: Command, program: Program): number =>
  origin === "script" && through !== null && nameOf(file) !== "package.json" ? program.line : line;

export const snippet = (text: string, { words }: Program): string =>
  text.includes("\n") ? words.join(" ") : text;

/** What a program does to the code, in the words of a finding. */
function buildsWith({ name, args, words }: Program): string | null {
  const [first = "", second = ""] = args.filter((arg) => !arg.startsWith("-"));
  if (/^(npm|yarn|pnpm|bun)$/.test(name)) {
    if (/^(install|ci|i|add)$/.test(first) || (name === "yarn" && args.length === 0))
      return "installs packages";
    if (/^run(-script)?$/.test(first) ? /^(build|compile)\b/.test(second) : /^build\b/.test(first))
      return "builds";
    return null;
  }
  if (/^(npx|pnpx|bunx)$/.test(name))
    return /^(tsc|webpack|vite|esbuild)$/.test(first) ? "builds" : "may install";
  if (name === "tsc" || (name === "webpack" && first !== "serve") || name === "esbuild") return "compiles";
  if (name === "go" && (first === "run" || first === "build")) return "compiles";
  if (name === "cargo" && (first === "run" || first === "build")) return "compiles";
  if (/^mvnw?$/.test(name) && args.some((arg) => /spring-boot:run|package|install|compile/.test(arg)))
    return "compiles";
  if (/^gradlew?$/.test(name) && args.some((arg) => /bootRun|build|run/.test(arg))) return "compiles";
  if (name === "dotnet" && (first === "run" || first === "build")) return "compiles";
  if (/^pip[\d.]*$/.test(name) && first === "install") return "installs packages";
  if (/^(poetry|pipenv|bundle|composer)$/.test(name) && first === "install") return "installs packages";
  if (name === "uv" && first === "sync") return "installs packages";
  if (name === "uv" && first === "run")
    return args.some((arg) => /^--(no-sync|frozen|locked)$/.test(arg)) ? null : "may install";
  if (/^(apt-get|apt|apk)$/.test(name) && /^(install|add|update|upgrade)$/.test(first))
    return "installs packages";
  if (name === "git" && /^(pull|clone|fetch|checkout)$/.test(first)) return "fetches code";
  if (words.some((word) => /^assets:precompile$/.test(word))) return "builds";
  return /^python[\d.]*$/.test(name) && args.includes("collectstatic") ? "builds" : null;
}

/** Whether a program changes the schema of a database. */
export function isMigration({ name, args, words }: Program): boolean {
  const all = words.join(" ");
  if (words.some((word) => /^db:(migrate|prepare|setup|schema:load)$/.test(word))) return true;
  if (args.some((arg) => nameOf(arg) === "manage.py") || name === "manage.py" || name === "django-admin")
    return args.includes("migrate");
  if (/\b(alembic|flask db) upgrade\b/.test(all)) return true;
  if (/\bprisma (migrate deploy|migrate dev|db push)\b/.test(all)) return true;
  if (
    /\b(knex migrate:latest|sequelize(-cli)? db:migrate|typeorm migration:run|node-pg-migrate up|drizzle-kit (migrate|push)|mikro-orm migration:up|db-migrate up)\b/.test(
      all,
    )
  )
    return true;
  if (/^(npm|yarn|pnpm|bun)$/.test(name))
    return args.some((arg) => /^(db:|prisma:)?migrat(e|ions?)(:|$)/.test(arg));
  if (/^(goose|flyway|liquibase|dbmate|atlas|sqlx|diesel|migrate)$/.test(name))
    return args.some((arg) => /^(up|migrate|update|run|apply)$/.test(arg));
  return name === "php" && args.includes("artisan") && args.includes("migrate");
}

function isDevelopmentServer({ name, args, words }: Program): boolean {
  const [first = "", second = ""] = args.filter((arg) => !arg.startsWith("-"));
  if (
    /^(nodemon|ts-node-dev|tsnd|node-dev|watchexec|reflex|air|CompileDaemon|webpack-dev-server|entr)$/.test(
      name,
    )
  )
    return true;
  if (name === "tsx" && first === "watch") return true;
  if (name === "node" && args.some((arg) => arg === "--watch" || arg.startsWith("--watch="))) return true;
  if (/^(vite|next|nuxt|nuxi|astro|remix|gatsby|wrangler)$/.test(name))
    return (
      first === "dev" ||
      first === "develop" ||
      (name === "vite" && (first === "" || first === "preview" || first === "serve"))
    );
  if (name === "webpack" && first === "serve") return true;
  if (/^(npm|yarn|pnpm|bun)$/.test(name)) return (/^run(-script)?$/.test(first) ? second : first) === "dev";
  if (name === "flask") return args.includes("run");
  if (words.some((word) => nameOf(word) === "manage.py")) return args.includes("runserver");
  if (/^(uvicorn|gunicorn|hypercorn|fastapi|celery|granian)$/.test(name))
    return args.includes("--reload") || (name === "fastapi" && first === "dev");
  if (/^python[\d.]*$/.test(name) && args.includes("http.server")) return true;
  if (name === "php") return args.includes("-S") || (args.includes("artisan") && args.includes("serve"));
  return /^python[\d.]*$/.test(name) && args.includes("flask") && args.includes("run");
}
