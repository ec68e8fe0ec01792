import { mapAt, textAt } from "../parsers/data.ts";
import type { Survey } from "../survey/survey.ts";
import {
  type Dependency,
  type Fact,
  fact,
  guess,
  type ProcessFact,
  type Shape,
  typeOf,
} from "./detection.ts";

const file = "package.json";

const frameworks: readonly (readonly [dependency: string, label: string])[] = [
  ["@nestjs/core", "NestJS"],
  ["next", "Next.js"],
  ["nuxt", "Nuxt"],
  ["@remix-run/serve", "Remix"],
  ["@sveltejs/kit", "SvelteKit"],
  ["fastify", "Fastify"],
  ["hono", "Hono"],
  ["express", "Express"],
  ["koa", "Koa"],
  ["@hapi/hapi", "hapi"],
  ["restify", "Restify"],
];

type Manager = {
  readonly install: string;
  readonly loose: string;
  readonly run: string;
  readonly test: string;
};
const managers: { readonly [id: string]: Manager } = {
  npm: { install: "npm ci", loose: "npm install", run: "npm run", test: "npm test" },
  pnpm: {
    install: "pnpm install --frozen-lockfile",
    loose: "pnpm install",
    run: "pnpm run",
    test: "pnpm test",
  },
  yarn: { install: "yarn install --immutable", loose: "yarn install", run: "yarn run", test: "yarn test" },
  bun: {
    install: "bun install --frozen-lockfile",
    loose: "bun install",
    run: "bun run",
    test: "bun run test",
  },
};
const classic: Manager = { ...(managers.yarn as Manager), install: "yarn install --frozen-lockfile" };
const lockfiles: readonly (readonly [file: string, manager: string])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
  ["npm-shrinkwrap.json", "npm"],
];

/** A repo with a package.json. */
export function readNode({ repo, data, sources }: Survey): Shape | null {
  const document = data.get(file)?.[0];
  if (document === undefined) return null;
  const { value, lineOf } = document;
  const scripts = Object.fromEntries(
    Object.entries(mapAt(value, "scripts")).flatMap(([name, text]) =>
      typeof text === "string" ? [[name, text.trim()]] : [],
    ),
  );
  const at = (name: string) => lineOf(["scripts", name]);
  const dependencies = ["dependencies", "optionalDependencies"].flatMap((kind): Dependency[] =>
    Object.keys(mapAt(value, kind)).map((name) => ({ name, file, line: lineOf([kind, name]) })),
  );
  const found = frameworks.flatMap(([name, label]) => {
    const dependency = dependencies.find((each) => each.name === name);
    return dependency ? [fact(label, file, dependency.line)] : [];
  })[0];
  const lock = lockfiles.find(([name]) => repo.paths.includes(name));
  const stated = /^(npm|pnpm|yarn|bun)@/.exec(textAt(value, "packageManager") ?? "")?.[1];
  const packageManager =
    stated !== undefined
      ? fact(stated, file, lineOf(["packageManager"]))
      : lock
        ? fact(lock[1], lock[0])
        : guess("npm", file, 1, "there is no lockfile");
  const isClassic = /^# yarn lockfile v1/m.test(repo.read("yarn.lock") ?? "");
  const manager =
    isClassic && packageManager.value === "yarn" ? classic : (managers[packageManager.value] as Manager);
  const needsInstall = dependencies.length + Object.keys(mapAt(value, "devDependencies")).length > 0;
  const install = !needsInstall
    ? null
    : lock
      ? fact(manager.install, lock[0])
      : guess(manager.loose, file, 1, "there is no lockfile to install exactly");
  const test = scripts.test;
  const reader = {
    scripts,
    at,
    value,
    lineOf,
    has: (name: string) => dependencies.some((d) => d.name === name),
  };
  const isServer = found !== undefined || listens(sources);
  return {
    language: "node",
    framework: found ?? fact("Node.js", file, 1),
    packageManager,
    toolchain: ["node"].flatMap((tool) => {
      const version = textAt(value, "volta", tool);
      return version === null ? [] : [{ tool: "nodejs", ...fact(version, file, lineOf(["volta", tool])) }];
    }),
    install,
    build: scripts.build ? fact(`${manager.run} build`, file, at("build")) : null,
    test: test && !/no test specified/.test(test) ? fact(manager.test, file, at("test")) : null,
    release: releaseOf(reader, repo.paths, manager),
    processes: processesOf(reader, repo.paths, isServer),
    dependencies,
    manifests: manifestsOf(repo.paths, scripts),
    recognised: found !== undefined,
  };
}

const listens = ({ parsed }: Survey["sources"]): boolean =>
  parsed.some(
    ({ language, part, outline }) =>
      language === "javascript" &&
      part === "app" &&
      outline.calls.some(({ target }) => /(^|\.)(listen|createServer|serve)$/.test(target)),
  );

/** What the install reads; a hook of the package may read any file. */
function manifestsOf(paths: readonly string[], scripts: Scripts): readonly string[] {
  if (["preinstall", "install", "postinstall", "prepare"].some((name) => scripts[name])) return [];
  const names = [file, ...lockfiles.map(([name]) => name), ".npmrc"];
  if (paths.some((path) => path.startsWith(".yarn/")) || paths.includes("pnpm-workspace.yaml")) return [];
  return names.filter((name) => paths.includes(name));
}

type Scripts = { readonly [name: string]: string };
type Reader = {
  readonly scripts: Scripts;
  readonly at: (script: string) => number;
  readonly value: unknown;
  readonly lineOf: (path: readonly string[]) => number;
  readonly has: (dependency: string) => boolean;
};

const main = /^(start:prod|start:production|serve:prod|start)$/;
const others = /^(?:start:)?(worker|workers|queue|consumer|clock|scheduler|cron)$/;

function processesOf(reader: Reader, paths: readonly string[], isServer: boolean): readonly ProcessFact[] {
  const { scripts, at } = reader;
  const names = ["start:prod", "start:production", "serve:prod", "start"].filter((name) => scripts[name]);
  const first = isServer ? "web" : "worker";
  const found = names
    .map((name) => ({ name, command: programOf(scripts[name] as string, reader, paths) }))
    .toSorted((a, b) => Number(b.command.sure) - Number(a.command.sure))[0];
  const fallback = found ? null : entryPoint(reader, paths);
  const start: Fact =
    found !== undefined
      ? { ...found.command, file, line: at(found.name) }
      : (fallback ?? guess("", file, 1, "no script starts it"));
  const more = Object.keys(scripts).flatMap((name): ProcessFact[] => {
    const process = others.exec(name)?.[1]?.replace(/s$/, "");
    if (process === undefined || main.test(name)) return [];
    const command = programOf(scripts[name] as string, reader, paths);
    return [{ ...command, name: process, type: typeOf(process), file, line: at(name) }];
  });
  return [{ ...start, name: first, type: first }, ...more.filter(({ name }) => name !== first)];
}

function entryPoint({ value, lineOf }: Reader, paths: readonly string[]): Fact | null {
  const stated = textAt(value, "main");
  if (stated !== null && paths.includes(stated.replace(/^\.\//, "")))
    return guess(`node ${stated}`, file, lineOf(["main"]), "taken from main: no script starts it");
  const known = ["server.js", "app.js", "index.js", "src/server.js", "src/index.js"].find((path) =>
    paths.includes(path),
  );
  return known === undefined
    ? null
    : guess(`node ${known}`, known, 1, "taken from its name: no script starts it");
}

const developers = /^(nodemon|ts-node|ts-node-dev|tsnd|tsx|node-dev|babel-node|vite-node)$/;

/** The program that a script comes down to, without a package manager or a shell in between. */
function programOf(script: string, reader: Reader, paths: readonly string[]): Fact {
  const steps = script.split(/\s*(?:&&|;)\s*/);
  const words = (steps.at(-1) ?? "")
    .replace(/^(cross-env|env|exec)\s+/, "")
    .split(/\s+/)
    .filter((_, index, all) => !all.slice(0, index + 1).every((each) => /^\w+=/.test(each)));
  const [first = "", ...rest] = words;
  const dropped = steps.length > 1 ? "the steps before it belong to the build or the release" : null;
  const nested = /^(npm|yarn|pnpm)$/.test(first) ? (rest[0] === "run" ? rest[1] : rest[0]) : undefined;
  if (nested && reader.scripts[nested] && reader.scripts[nested] !== script)
    return programOf(reader.scripts[nested] as string, reader, paths);
  if (first === "nest" && rest[0] === "start")
    return guess("node dist/main", null, null, "what `nest build` makes of src/main.ts");
  if (developers.test(first) || rest.includes("--watch") || (first === "next" && rest[0] === "dev")) {
    const source = rest.find((word) => /\.[cm]?[jt]s$/.test(word));
    if (source && /\.[cm]?js$/.test(source))
      return guess(`node ${source}`, null, null, `\`${first}\` is for development`);
    const compiled = source?.replace(/^(\.\/)?src\//, "dist/").replace(/\.([cm]?)ts$/, ".$1js");
    return compiled && reader.scripts.build
      ? guess(
          `node ${compiled}`,
          null,
          null,
          `\`${first}\` is for development; where the build writes it is a guess`,
        )
      : guess("", null, null, `\`${first}\` is for development, and no build makes what a release could run`);
  }
  const program =
    first === "node" || first === "bun" || first === "deno" || /[/]/.test(first)
      ? words
      : [`node_modules/.bin/${first}`, ...rest];
  const plain = program.filter((word) => !/^(--env-file(-if-exists)?=.*|dotenv\/config)$/.test(word));
  const withoutLoader = plain.filter((each, index) => !(each === "-r" && plain[index + 1] === undefined));
  const text = withoutLoader
    .join(" ")
    .replace(/ -r$/, "")
    .replace(/ -r (?=\S+\.[cm]?js\b)/, " ");
  if (!/^[\w./@+=:%, -]+$/.test(text)) return guess("", null, null, "its script needs a shell");
  return dropped === null ? fact(text, null) : guess(text, null, null, dropped);
}

function releaseOf({ scripts, at, has }: Reader, paths: readonly string[], { run }: Manager): Fact | null {
  const names = [
    "release",
    "migrate:deploy",
    "migrate:prod",
    "db:migrate",
    "migrate",
    "migration:run",
    "migrations:run",
  ];
  const name = names.find((each) => scripts[each]);
  const isPlain = (text: string) => /^[\w./@+=:%, -]+$/.test(text);
  if (name !== undefined) {
    const text = scripts[name] as string;
    if (/\bprisma migrate dev\b/.test(text))
      return guess(
        "node_modules/.bin/prisma migrate deploy",
        file,
        at(name),
        "`migrate dev` is for development",
      );
    if (!isPlain(text)) return fact(`${run} ${name}`, file, at(name));
    return fact(/^node\s/.test(text) ? text : `node_modules/.bin/${text}`, file, at(name));
  }
  const migrations = paths.find((path) => /(^|\/)prisma\/migrations\//.test(path));
  if (migrations !== undefined && (has("prisma") || has("@prisma/client")))
    return fact(
      "node_modules/.bin/prisma migrate deploy",
      migrations,
      1,
      has("prisma"),
      "prisma has to be a dependency, not a devDependency",
    );
  return null;
}
