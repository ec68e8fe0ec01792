/** Boots and probes a repo with realistic edits after each of the verbs: `npm run test:changes [-- verb …]`. */
import { execFile, execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { openRegistry, type Registry } from "../support/registry.ts";
import { buildEnvironment } from "./toolchain.ts";

const bin = join(process.cwd(), "dist/bin.cjs");
const releases = join(process.cwd(), "test/fixtures/releases");
const author = { GIT_AUTHOR_NAME: "Test", GIT_AUTHOR_EMAIL: "test@example.com" };
const committer = { GIT_COMMITTER_NAME: "Test", GIT_COMMITTER_EMAIL: "test@example.com" };

type Case = { readonly services: string; readonly verbs: readonly (readonly string[])[] };
const cases: { readonly [verb: string]: Case } = {
  add: {
    services: "postgres",
    verbs: [
      ["add", "redis"],
      ["add", "worker", "mailer"],
      ["add", "env", "STRIPE_KEY"],
    ],
  },
  remove: { services: "postgres,redis", verbs: [["remove", "redis"]] },
  swap: { services: "postgres", verbs: [["swap", "postgres", "redis"]] },
  update: { services: "postgres", verbs: [["update"]] },
};

const folder = mkdtempSync(join(tmpdir(), "changes-"));
// With the Node that the repos pin, which runs their TypeScript as it is.
const env: NodeJS.ProcessEnv = { ...buildEnvironment(folder, 26), ...author, ...committer };
const wanted = process.argv.slice(2);
let failed = 0;
try {
  // Two at a time: half of each is waiting for what it starts.
  const open = Object.entries(cases).filter(([name]) => wanted.length === 0 || wanted.includes(name));
  const work = async () => {
    for (let next = open.shift(); next !== undefined; next = open.shift()) failed += await verify(...next);
  };
  await Promise.all([work(), work()]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;

/** Makes a repo, edits it, runs the verbs and checks it; gives the number of findings. */
async function verify(name: string, { services, verbs }: Case): Promise<number> {
  const start = Date.now();
  const repo = join(folder, name, "shop");
  mkdirSync(dirname(repo), { recursive: true });
  const earlier = name === "update" ? await openEarlier(repo) : null;
  if (earlier === null) await run(dirname(repo), ["shop", "--services", services, "--yes", "--no-install"]);
  edit(repo);
  for (const verb of verbs) {
    commit(repo);
    await run(repo, [...verb, "--yes", "--no-install"], earlier?.env);
  }
  commit(repo);
  await earlier?.registry.close();
  const { summary, findings } = await check(repo);
  console.log(`${name}: ${summary} (${Math.round((Date.now() - start) / 1_000)} s)`);
  for (const line of findings) console.log(`  ${line}`);
  return findings.length;
}

async function run(cwd: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<void> {
  await promisify(execFile)(process.execPath, [bin, ...args], { cwd, env: { ...env, ...more } });
}

function commit(repo: string): void {
  for (const args of [
    ["init", "--quiet"],
    ["add", "--all"],
    ["commit", "--quiet", "--allow-empty", "--message=A change"],
  ])
    execFileSync("git", args, { cwd: repo, env });
}

/** A repo as an earlier release wrote it, and a registry with what stands for that release: its one render. */
async function openEarlier(repo: string): Promise<{ registry: Registry; env: NodeJS.ProcessEnv }> {
  const version = "0.0.9";
  const rendered = readFileSync(join(releases, `${version}.json`), "utf8");
  const { files } = JSON.parse(rendered) as {
    files: { path: string; content: string; executable: boolean }[];
  };
  for (const { path, content, executable } of files) {
    mkdirSync(dirname(join(repo, path)), { recursive: true });
    writeFileSync(join(repo, path), content, { mode: executable ? 0o755 : 0o644 });
  }
  const release = join(folder, "release");
  mkdirSync(release);
  const name = "create-twelve-factor";
  writeFileSync(join(release, "package.json"), JSON.stringify({ name, version, bin: "bin.js" }));
  writeFileSync(join(release, "rendered.json"), rendered);
  writeFileSync(
    join(release, "bin.js"),
    '#!/usr/bin/env node\nprocess.stdout.write(require("node:fs").readFileSync(__dirname + "/rendered.json"));\n',
    { mode: 0o755 },
  );
  const packed = execFileSync("npm", ["pack", "--json"], { cwd: release, env, encoding: "utf8" });
  const registry = await openRegistry(join(release, JSON.parse(packed)[0].filename));
  return { registry, env: { npm_config_registry: registry.url, npm_config_cache: join(folder, "cache") } };
}

/** In the manifest, the services, CI, the image and the source. */
function edit(repo: string): void {
  const change = (path: string, from: string | RegExp, to: string) => {
    const text = readFileSync(join(repo, path), "utf8");
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`${path} has nothing like ${from}.`);
    writeFileSync(join(repo, path), changed);
  };
  change("package.json", '"scripts": {', '"scripts": {\n    "mine": "echo mine",');
  change(
    "compose.yaml",
    /^services:\n/m,
    "services:\n  mail: # for development\n    image: axllent/mailpit:v1.27.8\n\n",
  );
  change(".github/workflows/ci.yml", /^ {4}env:\n/m, '    env: # of every step\n      MINE: "1"\n');
  change("Dockerfile", /^USER /m, "# Runs as nobody in particular.\nUSER ");
  change("src/app.ts", /^/, "// The HTTP side of the shop.\n");
  appendFileSync(join(repo, "src/config.ts"), "\nexport const own = true;\n");
  appendFileSync(join(repo, ".gitignore"), "/coverage\n");
}

async function check(
  repo: string,
): Promise<{ readonly summary: string; readonly findings: readonly string[] }> {
  const options = { cwd: repo, env, maxBuffer: 64 * 1024 * 1024 };
  const { stdout, stderr, code } = await promisify(execFile)(
    process.execPath,
    [bin, "check", "--boot"],
    options,
  ).then(
    (ran) => ({ ...ran, code: 0 }),
    (error) => error as { stdout: string; stderr: string; code: number },
  );
  const lines = stdout.split("\n");
  const summary = lines.findLast((line) => /\d violation/.test(line));
  const findings = lines.flatMap((line, at) => (/^\s*[✖▲]/.test(line) ? lines.slice(at, at + 6) : []));
  return {
    summary: summary ?? `ended with ${code}`,
    findings: summary === undefined ? [stderr.slice(-500)] : findings,
  };
}
