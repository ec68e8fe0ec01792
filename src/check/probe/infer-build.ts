import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export type Build = { readonly command: string | null; readonly from: string };

/** The command that makes the tree runnable: as stated, else what the platforms do for the ecosystem. */
export function inferBuild(tree: string, stated: string | null): Build {
  if (stated !== null) return { command: stated || null, from: "--build" };
  const has = (name: string) => existsSync(join(tree, name));
  const ecosystem =
    renderBuild(tree) ??
    nodeBuild(tree) ??
    pythonBuild(tree) ??
    firstOf([
      [has("go.mod"), "go build -o bin/ ./...", "go.mod"],
      [has("Cargo.toml"), `cargo build --release${has("Cargo.lock") ? " --locked" : ""}`, "Cargo.toml"],
      [has("mvnw"), "./mvnw -B -q -DskipTests package", "mvnw"],
      [has("gradlew"), "./gradlew --no-daemon -q build -x test", "gradlew"],
      [has("Gemfile"), "bundle install", "Gemfile"],
    ]);
  return ecosystem ?? { command: null, from: "nothing to build" };
}

function renderBuild(tree: string): Build | null {
  const text = read(tree, "render.yaml");
  if (!text.includes("buildCommand")) return null;
  const { services } = (parse(text) ?? {}) as {
    readonly services?: readonly { readonly buildCommand?: unknown }[];
  };
  const command = services?.find(({ buildCommand }) => typeof buildCommand === "string")?.buildCommand;
  return typeof command === "string" ? { command, from: "render.yaml" } : null;
}

function nodeBuild(tree: string): Build | null {
  const manifest = readJson(tree, "package.json");
  if (!manifest) return null;
  const needsInstall = ["dependencies", "devDependencies", "optionalDependencies"].some(
    (key) => Object.keys(objectAt(manifest, key)).length > 0,
  );
  const builds = typeof objectAt(manifest, "scripts").build === "string";
  const [manager, lockfile] = managerOf(tree);
  const steps = [
    ...(needsInstall ? [lockfile ? manager.frozen : manager.loose] : []),
    ...(builds ? [manager.build] : []),
    ...(needsInstall ? [manager.prune] : []),
  ].filter((step) => step !== "");
  return { command: steps.length > 0 ? steps.join(" && ") : null, from: lockfile ?? "package.json" };
}

type Manager = {
  readonly frozen: string;
  readonly loose: string;
  readonly build: string;
  readonly prune: string;
};

/** Production sees no development dependencies, so they are taken away after the build. */
function managerOf(tree: string): readonly [Manager, string | null] {
  const npm = {
    frozen: "npm ci",
    loose: "npm install --no-save",
    build: "npm run build",
    prune: "npm prune --omit=dev",
  };
  const pnpm = {
    frozen: "pnpm install --frozen-lockfile",
    loose: "pnpm install",
    build: "pnpm run build",
    prune: "CI=true pnpm prune --prod",
  };
  const yarn = {
    frozen: "yarn install --immutable",
    loose: "yarn install",
    build: "yarn run build",
    prune: "",
  };
  const bun = {
    frozen: "bun install --frozen-lockfile",
    loose: "bun install",
    build: "bun run build",
    prune: "",
  };
  const byLockfile: readonly (readonly [string, Manager])[] = [
    ["package-lock.json", npm],
    ["pnpm-lock.yaml", pnpm],
    ["yarn.lock", yarn],
    ["bun.lock", bun],
  ];
  const found = byLockfile.find(([name]) => existsSync(join(tree, name)));
  return found ? [found[1], found[0]] : [npm, null];
}

function pythonBuild(tree: string): Build | null {
  const has = (name: string) => existsSync(join(tree, name));
  const venv = "python3 -m venv .venv";
  const requirements = read(tree, "requirements.txt")
    .replace(/^\s*#.*$/gm, "")
    .trim();
  return firstOf([
    [has("uv.lock"), "uv sync --locked --no-dev --compile-bytecode", "uv.lock"],
    [has("poetry.lock"), "POETRY_VIRTUALENVS_IN_PROJECT=true poetry sync --only main", "poetry.lock"],
    [requirements !== "", `${venv} && .venv/bin/pip install -q -r requirements.txt`, "requirements.txt"],
    [has("pyproject.toml") && hasPackages(tree), `${venv} && .venv/bin/pip install -q .`, "pyproject.toml"],
  ]);
}

const hasPackages = (tree: string) => /^\s*dependencies\s*=\s*\[\s*["']/m.test(read(tree, "pyproject.toml"));

type Choice = readonly [holds: boolean, command: string, from: string];

function firstOf(choices: readonly Choice[]): Build | null {
  const choice = choices.find(([holds]) => holds);
  return choice ? { command: choice[1], from: choice[2] } : null;
}

function read(tree: string, name: string): string {
  try {
    return readFileSync(join(tree, name), "utf8");
  } catch {
    return "";
  }
}

function readJson(tree: string, name: string): object | null {
  try {
    const data: unknown = JSON.parse(read(tree, name));
    return typeof data === "object" ? data : null;
  } catch {
    return null;
  }
}

function objectAt(data: object, key: string): { readonly [name: string]: unknown } {
  const value: unknown = (data as { readonly [name: string]: unknown })[key];
  return typeof value === "object" && value !== null ? (value as { readonly [name: string]: unknown }) : {};
}

/** Where the build puts programs that the commands name without a path. */
export function programDirectories(tree: string): string[] {
  return [".venv/bin", "node_modules/.bin", "target/release"].flatMap((name) => {
    const directory = join(tree, name);
    try {
      return readdirSync(directory).length > 0 ? [directory] : [];
    } catch {
      return [];
    }
  });
}
