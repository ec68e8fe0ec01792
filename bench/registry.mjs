import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ratio } from "./measure.mjs";

/** Goal 3: `npm create` from a registry on loopback, cold and warm, beside `npm create vite`; and what is downloaded. */
export async function* registry({ root, folder, peers, pairs, work }) {
  const tarballs = folder("tarballs");
  const pack = (cwd) => {
    const output = execFileSync(
      "npm",
      ["pack", "--json", "--loglevel=error", "--pack-destination", tarballs],
      { cwd },
    );
    return JSON.parse(output)[0];
  };
  const ours = pack(root);
  const theirs = pack(peers["create-vite"]);
  yield {
    name: "tarball, kB",
    goal: 400,
    value: ours.size / 1000,
    note: `create-vite: ${Math.round(theirs.size / 1000)} kB`,
  };
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  yield {
    name: "dependencies that users install",
    goal: 0,
    value: Object.keys(manifest.dependencies ?? {}).length,
  };

  const server = spawn(
    process.execPath,
    [
      "test/support/run.mjs",
      "bench/serve-registry.ts",
      join(tarballs, ours.filename),
      join(tarballs, theirs.filename),
    ],
    { cwd: root, stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const [line] = await once(server.stdout, "data");
    const cwd = folder("npm-create");
    for (const [name, goal, isCold] of [
      ["cold", 1.1, true],
      ["warm", 1.03, false],
    ]) {
      const create = (cache, directory, args) => ({
        argv: ["npm", "create", "--yes", ...args],
        cwd,
        env: {
          HOME: join(work, "home"),
          npm_config_registry: String(line).trim(),
          npm_config_cache: join(work, cache),
          npm_config_update_notifier: "false",
          npm_config_userconfig: join(work, "no-npmrc"),
        },
        before() {
          rmSync(join(cwd, directory), { recursive: true, force: true });
          if (isCold) rmSync(join(work, cache), { recursive: true, force: true });
        },
      });
      const a = create(`ours-${name}`, "my-app", [
        "twelve-factor",
        "my-app",
        "--",
        "--yes",
        "--no-install",
        "--no-git",
      ]);
      const b = create(`vite-${name}`, "vite-app", [
        "vite",
        "vite-app",
        "--",
        "--template",
        "vanilla-ts",
        "--no-interactive",
      ]);
      const { ratio: value } = ratio(a, b, { pairs: Math.min(pairs, 11) });
      yield { name: `npm create twelve-factor / npm create vite, ${name}`, goal, value };
    }
  } finally {
    server.kill();
  }
}
