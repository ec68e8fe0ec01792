/** Boots and probes a repo with realistic edits after each of the verbs: `npm run test:changes [verb …]`. */
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const bin = join(process.cwd(), "dist/bin.cjs");
const author = { GIT_AUTHOR_NAME: "Test", GIT_AUTHOR_EMAIL: "test@example.com" };
const committer = { GIT_COMMITTER_NAME: "Test", GIT_COMMITTER_EMAIL: "test@example.com" };
const env = { ...process.env, ...author, ...committer };

const changes: {
  readonly [verb: string]: { readonly services: string; readonly verbs: readonly string[][] };
} = {
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

const wanted = process.argv.slice(2);
let failed = 0;
for (const [name, { services, verbs }] of Object.entries(changes)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const folder = mkdtempSync(join(tmpdir(), "changes-"));
  try {
    const repo = join(folder, "shop");
    run(folder, "shop", "--services", services, "--yes", "--no-install");
    if (name === "update") restoreEarlier(repo);
    edit(repo);
    for (const verb of verbs) {
      commit(repo);
      run(repo, ...verb, "--yes", "--no-install");
    }
    commit(repo);
    const { summary, findings } = check(repo);
    console.log(`${name}: ${summary}`);
    for (const finding of findings) console.log(`  ${finding}`);
    failed += findings.length;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exitCode = failed > 0 ? 1 : 0;

function run(cwd: string, ...args: readonly string[]): void {
  execFileSync(process.execPath, [bin, ...args], { cwd, env, stdio: ["ignore", "ignore", "inherit"] });
}

function commit(repo: string): void {
  for (const args of [
    ["add", "--all"],
    ["commit", "--quiet", "--allow-empty", "--message=A change"],
  ])
    execFileSync("git", args, { cwd: repo, env });
}

/** The README as an earlier release might have had it; the rest of an update is tested in `test/generators`. */
function restoreEarlier(repo: string): void {
  const receipt = join(repo, ".twelve-factor.json");
  writeFileSync(receipt, readFileSync(receipt, "utf8").replace(/"version": "[^"]*"/, '"version": "0.0.1"'));
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

function check(repo: string): { readonly summary: string; readonly findings: readonly string[] } {
  const ran = spawnSync(process.execPath, [bin, "check", "--boot", "--format", "text"], {
    cwd: repo,
    env,
    encoding: "utf8",
  });
  const lines = ran.stdout.split("\n");
  return {
    summary:
      lines.findLast((line) => /violation/.test(line)) ??
      `ended with ${ran.status}: ${ran.stderr.slice(-500)}`,
    findings: lines.flatMap((line, at) => (line.includes("✖") ? lines.slice(at, at + 6) : [])),
  };
}
