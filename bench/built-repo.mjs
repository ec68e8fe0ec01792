import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { environment } from "./measure.mjs";

/** The default repo with its first commit, and a copy of it that is installed and built for production; once a run. */
export function builtRepo({ bin, nodes, folder }) {
  const node = nodes.at(-1);
  const repo = join(folder("check"), "my-app");
  const built = join(folder("check"), "built");
  const env = { ...environment, PATH: `${dirname(node)}:${environment.PATH}` };
  if (!existsSync(repo)) {
    execFileSync(process.execPath, [bin, repo, "--yes", "--no-install", "--no-git"], { env: environment });
    commit(repo);
  }
  if (existsSync(built)) return { repo, built, node, env, missing: null };
  const steps =
    'cp -a "$0" "$1" && cd "$1" && npm ci --no-audit --no-fund && npm run build && npm prune --omit=dev';
  const certificates = process.env.NODE_EXTRA_CA_CERTS;
  const { status, stderr } = spawnSync("sh", ["-c", steps, repo, built], {
    env: { ...env, ...(certificates ? { NODE_EXTRA_CA_CERTS: certificates } : {}) },
    encoding: "utf8",
  });
  const missing = status === 0 ? null : `it can't be installed: ${stderr.trim().split("\n").at(-1)}`;
  return { repo, built, node, env, missing };
}

export function commit(folder) {
  const git = (...args) =>
    execFileSync("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-qm", "Start");
}
