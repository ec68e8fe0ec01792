import { textOf, type Value } from "../parsers/source/outline.ts";
import { advice, type Fault, notTried, risk, staticCheck, violation } from "../static-check.ts";
import { nameOf, partOf } from "../survey/places.ts";
import type { Source } from "../survey/sources.ts";
import type { Survey } from "../survey/survey.ts";
import { lineOf } from "./evidence.ts";

/** Variables of the runtime, the platform or the shell, which no schema has to declare. */
export const runtimeVariable =
  /^(NODE_ENV|NODE_OPTIONS|NODE_\w+|npm_\w+|HOME|PATH|PWD|USER|LOGNAME|SHELL|TERM|COLORTERM|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|CI|NO_COLOR|FORCE_COLOR|DEBUG|HOSTNAME|EDITOR|PYTHON\w*|DJANGO_SETTINGS_MODULE|VIRTUAL_ENV|GO(MAXPROCS|MEMLIMIT|GC|PATH|ROOT|DEBUG|FLAGS)|RAILS_ENV|RACK_ENV|BUNDLE_\w+|JAVA_\w+|JVM_\w+|OTEL_\w+|AWS_(REGION|DEFAULT_REGION|EXECUTION_ENV|LAMBDA_\w+)|DYNO|HEROKU_\w+|FLY_\w+|RENDER(_\w+)?|RAILWAY_\w+|K_(SERVICE|REVISION|CONFIGURATION)|VERCEL(_\w+)?|GITHUB_\w+|KUBERNETES_\w+|POD_\w+|GUNICORN_CMD_ARGS|UVICORN_\w+|FLASK_\w+|VITE_\w+|NEXT_PUBLIC_\w+|NEXT_RUNTIME|REACT_APP_\w+|WEB_CONCURRENCY|DEV|PROD|MODE|SSR|BASE_URL)$/;
const environmentNames =
  /^(NODE_ENV|APP_ENV|APPLICATION_ENV|ENV|ENVIRONMENT|DEPLOY_ENV|STAGE|RAILS_ENV|RACK_ENV|FLASK_ENV|DJANGO_ENV|GO_ENV|PYTHON_ENV|APP_ENVIRONMENT|DEPLOYMENT|NODE_CONFIG_ENV)$/;
const deployNames = /^(production|prod|staging|stage|development|dev|live|uat|qa|preprod|local)$/i;
export const serviceUrl =
  /^(postgres(ql)?(\+\w+)?|mysql2?(\+\w+)?|mariadb(\+\w+)?|rediss?|valkeys?|amqps?|mongodb(\+srv)?|nats|kafka|memcached|smtps?|cockroachdb):\/\/[^\s/]/i;
export const sensitiveName =
  /(SECRET|PASSWORD|PASSWD|TOKEN|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY|CREDENTIALS?)(?!.*(_FILE|_PATH|_URL|_NAME|_ID|_TTL|_SECONDS|_EXPIR\w*|_LENGTH|_HEADER)$)/;
const secretKey =
  /(^|[._-])(password|passwd|secret|secret_?key|client_?secret|api_?key|apikey|auth_?token|access_?token|private_?key|jwt_?secret|session_?secret|cookie_?secret|encryption_?key)$/i;
const placeholder =
  /^(x+|\*+|changeme|change[-_ ]?me|example|sample|dummy|test(ing)?|todo|none|null|undefined|your[-_ ].*|<.*>|\{.*\}|\$.*|%.*|password|secret|token|string|required|hidden|redacted|masked|bearer|basic|input|text|field|label)$/i;
const tokens =
  /\b((?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_\w{36,}|github_pat_\w{22,}|glpat-[\w-]{20,}|sk_live_\w{16,}|rk_live_\w{16,}|xox[baprs]-[\w-]{20,}|SG\.[\w-]{22}\.[\w-]{43}|AIza[\w-]{35}|npm_\w{36})\b|-----BEGIN (RSA |EC |OPENSSH |DSA )?PRIVATE KEY-----\s*[\w+/=\s]{40}/;

const appSources = ({ sources }: Survey): readonly Source[] =>
  sources.parsed.filter(({ part }) => part === "app");

export const config = [
  staticCheck("config/env-file", {
    title: "No .env is in the codebase",
    asks: "Is no file of values for the environment tracked?",
    why: "“A litmus test for whether an app has all config correctly factored out of the code is whether the codebase could be made open source at any moment, without compromising any credentials.”",
    fix: "git rm --cached the file, add it to .gitignore, and change every credential that was in it.",
    fooledBy: "Files that hold only what is public.",
    judge: ({ repo }) => {
      const files = repo.paths.filter((path) => isEnvFile(nameOf(path)) && partOf(path) !== "test");
      return files.flatMap((file) => {
        const values = assignmentsIn(repo.read(file) ?? "");
        if (values.length === 0) return [];
        const evidence = values
          .map(({ name }) => `${name}=***`)
          .slice(0, 5)
          .join(" ");
        if (repo.tracked?.has(file))
          return [violation("A file of values for the environment is tracked.", { file, line: 1 }, evidence)];
        return [
          risk(
            "Nothing keeps a file of values from being committed: no ignore file names it.",
            { file, line: 1 },
            evidence,
          ),
        ];
      });
    },
  }),
  staticCheck("config/env-file-in-history", {
    title: "No .env ever was in the codebase",
    asks: "Did no commit of any branch add a file of values for the environment?",
    why: "“Whether the codebase could be made open source at any moment, without compromising any credentials” is asked of its history too: who clones it gets all of it.",
    fix: "Change every credential that was in the file; then remove it from the history (git filter-repo), or accept it with a reason.",
    fooledBy: "Files that held only what is public; a history that was cut off by a shallow clone.",
    judge: ({ repo }) => {
      if (repo.history === null) return notTried("there is no history of git that could be read in time");
      const past = repo.history.filter(
        ({ path }) => isEnvFile(nameOf(path)) && partOf(path) !== "test" && !repo.tracked?.has(path),
      );
      return past.slice(0, 3).map(({ path, commit }) =>
        risk("A commit has added a file of values for the environment.", null, `${path}, by ${commit}`, {
          confidence: "medium",
        }),
      );
    },
  }),
  staticCheck("config/key-files", {
    title: "No private key is in the codebase",
    asks: "Is no private key, and no key of a service account, among the files?",
    why: "The codebase could be made open source at any moment “without compromising any credentials”.",
    fix: "Remove it, revoke it, and give the new one through the environment.",
    fooledBy: "Keys that are meant for tests and lie outside of a test folder.",
    judge: ({ repo }) =>
      repo.paths
        .filter(
          (path) =>
            partOf(path) !== "test" &&
            (/\.(pem|key|p8|ppk)$/.test(path) ||
              /(^|\/)id_(rsa|ed25519|ecdsa|dsa)$/.test(path) ||
              /(service[-_]?account|credentials|client[-_]secret)[\w-]*\.json$/i.test(path)),
        )
        .flatMap((file) => {
          const text = repo.read(file) ?? "";
          const line =
            text.split("\n").findIndex((each) => /-----BEGIN (\w+ )?PRIVATE KEY-----/.test(each)) + 1;
          return line > 0
            ? [violation("A private key is among the files.", { file, line }, "-----BEGIN PRIVATE KEY-----")]
            : [];
        }),
  }),
  staticCheck("config/secrets-in-code", {
    title: "No credential is in the code",
    asks: "Is no password, token or key a constant of the source?",
    why: "“Apps sometimes store config as constants in the code. This is a violation of twelve-factor, which requires strict separation of config from code.”",
    fix: "Read it from an environment variable, without a default, and change it, since it was published with the code.",
    fooledBy: "Words that look like a secret; secrets that are put together from pieces.",
    judge: (survey) => {
      const sources = appSources(survey);
      return sources.length === 0
        ? notTried("no source was read that could hold one")
        : sources.flatMap((source) => secretsIn(source, survey));
    },
  }),
  staticCheck("config/secret-defaults", {
    title: "A secret has no default",
    asks: "Does no credential have a value that stands in where the variable is absent?",
    why: "“Strict separation of config from code”: a default for a secret is a secret in the code, and a deploy that forgets the variable runs with it.",
    fix: "Make the variable required; put a value for development into .env, which is not committed.",
    fooledBy: "Names that sound secret and are not.",
    judge: (survey) => {
      const inCode = appSources(survey).flatMap(({ path, outline }) =>
        outline.reads.flatMap(({ name, fallback, line }) => {
          const text = textOf(fallback);
          if (text === null || text === "") return [];
          if (serviceUrl.test(text)) return [];
          return sensitiveName.test(name)
            ? [violation(`${name} has a default in the code.`, { file: path, line }, `${name} = "***"`)]
            : [];
        }),
      );
      const declared = survey.variables.flatMap(({ name, sensitive, default: value, file, line }) =>
        sensitive && value !== null
          ? [violation(`${name} is sensitive and has a default.`, { file, line }, `${name}=***`)]
          : [],
      );
      const isJudged =
        survey.variables.length > 0 || appSources(survey).some(({ outline }) => outline.reads.length > 0);
      return isJudged ? [...inCode, ...declared] : notTried("no variable is read or declared");
    },
  }),
  staticCheck("config/secrets-in-descriptors", {
    title: "No credential is in a descriptor",
    asks: "Do the files that describe a deploy hold no password, token or key?",
    why: "“An app’s config is everything that is likely to vary between deploys … resource handles to the database … credentials to external services”, and the descriptors are in the codebase.",
    fix: "Let the platform set it: fly secrets, sync: false, a Secret, heroku config.",
    fooledBy: "Credentials of a development compose file, which are left out on purpose.",
    judge: ({ settings }) => {
      const deploys = settings.filter(({ of }) => of === "deploy");
      if (deploys.length === 0) return notTried("no descriptor sets a variable");
      return deploys.flatMap(({ name, value, file, line }) => {
        const isUrl = value !== null && /^[a-z][\w+.-]*:\/\/[^\s:/@]+:[^\s@/]+@/i.test(value);
        const isSecret =
          value !== null &&
          sensitiveName.test(name) &&
          value.length >= 6 &&
          !placeholder.test(value) &&
          !/^(true|false|\d+)$/.test(value);
        return isUrl || isSecret || (value !== null && tokens.test(value))
          ? [violation(`${name} has its credential in this file.`, { file, line }, `${name}=***`)]
          : [];
      });
    },
  }),
  staticCheck("config/services-in-code", {
    title: "No address of a service is in the code",
    asks: "Is no URL of a database, broker or cache a constant of the source?",
    why: "“Resource handles to the database, Memcached, and other backing services” are config; “storing config as constants in the code … is a violation of twelve-factor”.",
    fix: "Read one URL for each service from the environment, without a default in the code.",
    fooledBy: "URLs in messages and examples.",
    judge: (survey) => {
      const sources = appSources(survey);
      if (sources.length === 0) return notTried("no source was read that could hold one");
      return sources.flatMap(({ path, outline }) => {
        const fallbacks = new Map(
          outline.reads.flatMap(({ name, fallback }) =>
            textOf(fallback) === null ? [] : [[textOf(fallback), name] as const],
          ),
        );
        return outline.texts.flatMap(({ text, line, key }): Fault[] => {
          if (!serviceUrl.test(text) || /[\s<>{}$]|\[[a-z]|user:pass/i.test(text) || isSample(key)) return [];
          const name = fallbacks.get(text);
          const place = { file: path, line };
          const evidence = lineOf(survey, path, line);
          const isLocal = /:\/\/([^@]*@)?(localhost|127\.0\.0\.1|\[::1\])/.test(text);
          if (name === undefined)
            return [violation("The address of a backing service is a constant.", place, evidence)];
          return isLocal && !/:\/\/[^:/@]*:[^@/]+@/.test(text)
            ? [
                risk(
                  `${name} falls back to a local address, so that a deploy without it starts.`,
                  place,
                  evidence,
                ),
              ]
            : [violation(`${name} falls back to an address in the code.`, place, evidence)];
        });
      });
    },
  }),
  staticCheck("config/internal-addresses", {
    title: "No host is named in the code",
    asks: "Does no request go to a host or port that is a constant?",
    why: "“Per-deploy values such as the canonical hostname for the deploy” are config.",
    fix: "Take the base URL from the environment.",
    fooledBy: "Public APIs, whose address is the same in every deploy; they are not judged.",
    judge: (survey) => {
      const sources = appSources(survey);
      if (sources.length === 0) return notTried("no source was read that could hold one");
      const isFetch =
        /^(fetch|axios(\.\w+)?|got(\.\w+)?|request(\.\w+)?|undici\.(fetch|request)|https?\.(get|request)|requests\.\w+|httpx\.\w+|urllib\.request\.urlopen|net\/http\.(Get|Post|NewRequest(WithContext)?))$/;
      const isInternal =
        /^https?:\/\/(localhost|127\.|10\.\d+\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|[\w-]+:\d+|[\w.-]+\.(internal|local|svc|lan|corp)\b)/;
      return sources.flatMap(({ path, outline }) =>
        outline.calls.flatMap(({ target, args, line }) => {
          const url = args.map(textOf).find((text) => text !== null && isInternal.test(text));
          return url && isFetch.test(target)
            ? [
                risk(
                  "A request goes to an address in the code.",
                  { file: path, line },
                  lineOf(survey, path, line),
                ),
              ]
            : [];
        }),
      );
    },
  }),
  staticCheck("config/declared-variables", {
    title: "Every variable that is read is declared",
    asks: "Are all variables that the code reads in .env.schema or .env.example?",
    why: "Config lives in variables that “are easy to change between deploys without changing any code” – by whoever knows that they exist.",
    fix: "Declare the variable, with a description and an example.",
    fooledBy: "Variables of a platform or runtime that are not known here.",
    judge: (survey) => {
      if (survey.variables.length === 0) return notTried("there is no .env.schema and no .env.example");
      const declared = new Set(survey.variables.map(({ name }) => name));
      const seen = new Set<string>();
      return appSources(survey).flatMap(({ path, outline }) =>
        outline.reads.flatMap(({ name, line }) => {
          if (declared.has(name) || runtimeVariable.test(name) || seen.has(name)) return [];
          seen.add(name);
          return [
            risk(
              `${name} is read, and nothing declares it.`,
              { file: path, line },
              lineOf(survey, path, line),
            ),
          ];
        }),
      );
    },
  }),
  staticCheck("config/used-variables", {
    title: "Every variable that is declared is read",
    asks: "Is each name of .env.schema or .env.example somewhere in the code?",
    why: "Beyond the text. A variable that nobody reads is set in every deploy for nothing, or is the old name of one that is read.",
    fix: "Delete it, or read it.",
    fooledBy: "Names that are put together at run time; source in a language that is not read.",
    judge: (survey) => {
      if (survey.variables.length === 0) return notTried("there is no .env.schema and no .env.example");
      const { counts, unread } = survey.sources;
      if (counts.size === 0 || unread.length > 0)
        return notTried("there is source in a language that is not read");
      const used = usedNames(survey);
      return survey.variables.flatMap(({ name, file, line }) =>
        used.has(name) || runtimeVariable.test(name)
          ? []
          : [
              advice(`${name} is declared, and nothing reads it.`, { file, line }, `${name}=`, {
                confidence: "medium",
              }),
            ],
      );
    },
  }),
  staticCheck("config/descriptor-names", {
    title: "A variable has one name",
    asks: "Is every variable that a descriptor sets one that the code reads or the schema declares?",
    why: "Variables are “granular controls” of a deploy; one that is spelled otherwise in a descriptor controls nothing.",
    fix: "Spell it as the schema does.",
    fooledBy: "Variables for other programs of the same container.",
    judge: (survey) => {
      const { settings, variables } = survey;
      if (variables.length === 0) return notTried("there is no .env.schema and no .env.example");
      if (settings.length === 0) return notTried("no descriptor sets a variable");
      const used = usedNames(survey);
      const declared = new Set(variables.map(({ name }) => name));
      const seen = new Set<string>();
      return settings.flatMap(({ name, file, line, of }) => {
        const isOther =
          of === "image" ||
          runtimeVariable.test(name) ||
          declared.has(name) ||
          used.has(name) ||
          !/^[A-Z][A-Z0-9_]*$/.test(name);
        if (isOther || seen.has(`${file} ${name}`)) return [];
        seen.add(`${file} ${name}`);
        return [risk(`${name} is set here, and nothing declares or reads it.`, { file, line }, `${name}=…`)];
      });
    },
  }),
  staticCheck("config/schema", {
    title: "The variables are written down",
    asks: "Is there an .env.schema or .env.example, where the code reads variables?",
    why: "Beyond the text. Whoever sets up a deploy has to learn from somewhere what it needs.",
    fix: "Write .env.schema: each variable with its type, whether it is required, and an example.",
    fooledBy: "A README that lists them.",
    judge: (survey) => {
      const names = [
        ...new Set(appSources(survey).flatMap(({ outline }) => outline.reads.map(({ name }) => name))),
      ].filter((name) => !runtimeVariable.test(name));
      if (names.length === 0) return notTried("the source that was read reads no variable");
      return survey.variables.length > 0
        ? []
        : [advice("No file declares the variables that the code reads.", null, names.slice(0, 8).join(", "))];
    },
  }),
  staticCheck("config/one-module", {
    title: "The environment is read in one place",
    asks: "Do three files at most read the environment?",
    why: "Beyond the text. Read in one module at boot, config can be validated whole; read where it is used, it fails when a user asks.",
    fix: "Read all variables in one typed module, and hand values on.",
    fooledBy: "Several entry points that each read their own.",
    judge: (survey) => {
      const readers = appSources(survey).filter(({ outline }) =>
        outline.reads.some(({ name }) => !runtimeVariable.test(name)),
      );
      if (readers.length === 0) return notTried("the source that was read reads no variable by its name");
      const [first] = readers;
      return readers.length <= 3 || !first
        ? []
        : [
            advice(
              `${readers.length} files read the environment.`,
              { file: first.path, line: first.outline.reads[0]?.line ?? 1 },
              readers
                .map(({ path }) => path)
                .slice(0, 6)
                .join(", "),
            ),
          ];
    },
  }),
  staticCheck("config/named-environments", {
    title: "No config is grouped by the name of a deploy",
    asks: "Is there no file of settings for `production`, `staging` and the like?",
    why: "“Env vars are granular controls, each fully orthogonal to other env vars. They are never grouped together as ‘environments’, but instead are independently managed for each deploy.”",
    fix: "Make a variable of each value that differs, and delete the files.",
    fooledBy:
      "Frameworks that want such files (Rails, Spring), where they may hold only what is no config; those are advice.",
    judge: ({ repo }) =>
      repo.paths
        .filter((path) => partOf(path) !== "test" && partOf(path) !== "browser")
        .flatMap((file) => {
          const kind = environmentFile(file);
          if (kind === null) return [];
          const place = { file, line: 1 };
          const message = "Settings are grouped by the name of a deploy.";
          return kind === "framework"
            ? [advice(message, place, file, { confidence: "medium" })]
            : [violation(message, place, file)];
        }),
  }),
  staticCheck("config/environment-branches", {
    title: "No branch asks which deploy it is",
    asks: "Does no condition compare the name of an environment?",
    why: "Variables “are never grouped together as ‘environments’”: a branch on a name is a group, and each new deploy needs a new name.",
    fix: "Ask about the one thing that differs, with a variable of its own.",
    fooledBy:
      "Branches that only switch a development tool on; those ask for `development` or `test`, and are not judged for NODE_ENV.",
    judge: (survey) => {
      const sources = appSources(survey);
      if (sources.length === 0) return notTried("no source was read that could hold one");
      return sources.flatMap(({ path, outline }) => {
        const seen = new Set<number>();
        return outline.comparisons.flatMap(({ left, right, line }) => {
          const [name, other] =
            left.kind === "environment"
              ? [left.name, right]
              : right.kind === "environment"
                ? [right.name, left]
                : ["", left];
          if (!environmentNames.test(name) || seen.has(line) || !namesDeploy(other, name)) return [];
          seen.add(line);
          return [
            risk(
              `The code asks whether ${name} is a certain deploy.`,
              { file: path, line },
              lineOf(survey, path, line),
              { confidence: "medium" },
            ),
          ];
        });
      });
    },
  }),
  staticCheck("config/dotenv-override", {
    title: "No file overrides the environment",
    asks: "Does nothing that runs in a deploy load a .env over what is set?",
    why: "Variables “are easy to change between deploys without changing any code”; a file that wins over them takes that away.",
    fix: "Load .env in development only: node --env-file-if-exists=.env in the script for development.",
    fooledBy: "Loaders with a wrapper of their own.",
    judge: (survey) => {
      const sources = appSources(survey);
      if (sources.length === 0 && survey.commands.length === 0)
        return notTried("nothing was read that could load one");
      const inCode = sources.flatMap(({ path, outline }) =>
        outline.calls.flatMap(({ target, args, named, line }) => {
          if (
            !/^(dotenv(\.config)?|dotenv\.load_dotenv|github\.com\/joho\/godotenv\.(Load|Overload))$/.test(
              target,
            )
          )
            return [];
          const [options] = args;
          const override =
            named.get("override") ?? (options?.kind === "map" ? options.entries.get("override") : undefined);
          const overrides = target.endsWith("Overload") || (override?.kind === "boolean" && override.boolean);
          return overrides
            ? [
                violation(
                  "A .env is loaded over the environment.",
                  { file: path, line },
                  lineOf(survey, path, line),
                ),
              ]
            : [];
        }),
      );
      const inCommands = survey.commands.flatMap(({ file, line, text, programs, through }) =>
        programs.some(
          ({ name, args }) => name === "node" && args.some((arg) => arg.startsWith("--env-file")),
        ) && through === null
          ? [risk("The command of a deploy loads a .env.", { file, line }, text)]
          : [],
      );
      return [...inCode, ...inCommands];
    },
  }),
];

const isEnvFile = (name: string): boolean =>
  /^\.env(\.[\w.-]+)?$/.test(name) &&
  !/[.-](schema|example|sample|template|dist|defaults?|vault|test|ci|enc|encrypted|sops|age|gpg|keys\.example)(\.|$)/i.test(
    name,
  );

function assignmentsIn(text: string): { name: string; value: string }[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(\S.*)$/.exec(line);
    return match?.[1] && match[2] && !/^encrypted:/.test(match[2].replace(/["']/g, ""))
      ? [{ name: match[1], value: match[2] }]
      : [];
  });
}

function secretsIn({ path, outline }: Source, survey: Survey): Fault[] {
  const fallbacks = new Set(outline.reads.flatMap(({ fallback }) => textOf(fallback) ?? []));
  const found = new Map<number, Fault>();
  const add = (line: number, message: string, confidence: Fault["confidence"]) => {
    if (!found.has(line))
      found.set(line, violation(message, { file: path, line }, lineOf(survey, path, line), { confidence }));
  };
  for (const { text, line, key } of outline.texts) {
    if (tokens.test(text)) add(line, "A token is a constant of the code.", "high");
    else if (
      !serviceUrl.test(text) &&
      /^[a-z][\w+.-]*:\/\/[^\s:/@]+:[^\s@/]+@[^\s]+$/i.test(text) &&
      !/[<>{}$]|\[[a-z]|user:pass|:\*+@/i.test(text) &&
      !isSample(key)
    )
      add(line, "A URL in the code has a password.", "high");
    else if (key !== null && isSecretText(key, text) && !fallbacks.has(text))
      add(line, `${lastPart(key)} is a constant of the code.`, "medium");
  }
  for (const { target, value, line } of outline.assignments) {
    const text = textOf(value);
    if (text !== null && isSecretText(target, text) && !fallbacks.has(text))
      add(line, `${lastPart(target)} is a constant of the code.`, "medium");
  }
  return [...found.values()];
}

/** The key of a text that shows how something is written. */
const isSample = (key: string | null): boolean =>
  key !== null && /example|sample|placeholder|connection_string|template/i.test(key);

const lastPart = (key: string): string => key.split(/[.]/).at(-1) ?? key;

function isSecretText(key: string, text: string): boolean {
  if (!secretKey.test(key.replace(/([a-z])([A-Z])/g, "$1_$2")) || text.length < 6 || text.length > 400)
    return false;
  if (placeholder.test(text) || /^[A-Z][A-Z0-9_]+$/.test(text) || /^(https?:|\/|\.\/)/.test(text))
    return false;
  // A label, a sentence, or the name of a field.
  if (/\s\S+\s/.test(text) || /[()]$/.test(text)) return false;
  return (
    !/^[a-z]+([ _.-][a-z]+)*[?:]?$/i.test(text) ||
    /^keyboard cat$|insecure|^(secret|super|my)[-_]?\w*(secret|key|password)$/.test(text)
  );
}

const nameCache = new WeakMap<Survey, ReadonlySet<string>>();

/** Names that the code reads or holds, or that a script or a command expands. */
function usedNames(survey: Survey): ReadonlySet<string> {
  const cached = nameCache.get(survey);
  if (cached) return cached;
  const used = new Set(survey.sources.named);
  for (const { outline } of survey.sources.parsed) {
    for (const name of outline.names) used.add(name);
    for (const { name } of outline.reads) used.add(name);
  }
  const expansions = /\$\{?([A-Z][A-Z0-9_]*)/g;
  const isScript = (path: string) =>
    /(^|\/)(bin\/[\w.-]+|Procfile[\w.]*|Dockerfile[\w.]*|Makefile|[\w.-]+\.(sh|ya?ml|toml|conf|cfg|json))$/.test(
      path,
    ) && !/lock/.test(path);
  const declared = new Set(survey.variables.map(({ name }) => name));
  if ([...declared].some((name) => !used.has(name)))
    for (const path of survey.repo.paths.filter(isScript))
      for (const [, name = ""] of (survey.repo.read(path) ?? "").matchAll(expansions)) used.add(name);
  nameCache.set(survey, used);
  return used;
}

function environmentFile(path: string): "own" | "framework" | null {
  const name = nameOf(path);
  if (/^\.env\.(production|prod|staging|stage|live|uat|qa)(\.local)?$/.test(name)) return "own";
  if (/(^|\/)config\/environments\/\w+\.rb$/.test(path))
    return /(development|test)\.rb$/.test(name) ? null : "framework";
  if (/^application-(prod|production|staging|stage|live|uat)\.(ya?ml|properties)$/.test(name))
    return "framework";
  if (/^appsettings\.(Production|Staging)\.json$/.test(name)) return "framework";
  if (
    /(^|\/)(config|configs|conf|env|environments|settings)\/(config\.)?(production|prod|staging|stage|live)\.(json5?|jsonc?|[cm]?[jt]s|ya?ml|toml|py|ini|rb|properties|edn)$/.test(
      path,
    )
  )
    return "own";
  return /^config\.(production|prod|staging)\.(json|[cm]?[jt]s|ya?ml|toml|py)$/.test(name) ? "own" : null;
}

/** `NODE_ENV` switches development tools on in good repos too; the name of a deploy is what is asked about. */
function namesDeploy(value: Value, name: string): boolean {
  const text = textOf(value);
  if (value.kind === "unknown") return true;
  if (value.kind === "list") return value.items.some((item) => namesDeploy(item, name));
  if (text === null || !deployNames.test(text)) return false;
  return name !== "NODE_ENV" || !/^(development|dev|local)$/i.test(text);
}
