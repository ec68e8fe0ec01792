import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { isInstalled, tools, toolsFolder } from "../support/tools.ts";

export type NodeMajor = 26 | 24;

/** The scrubbed environment of a developer's or a builder's shell with that Node first. */
export function buildEnvironment(folder: string, major: NodeMajor): Readonly<Record<string, string>> {
  const bin = join(folder, `bin-${major}`);
  const home = join(folder, "home");
  if (!isInstalled(bin)) {
    mkdirSync(bin, { recursive: true });
    const node = major === 26 ? tools.node26 : tools.node24;
    symlinkSync(join(node, "node"), join(bin, "node"));
    for (const name of ["npm", "npx", "pnpm", "pnpx"]) {
      symlinkSync(join(tools.npmBin, name), join(bin, name));
    }
    symlinkSync(join(tools.python, "uv"), join(bin, "uv"));
  }
  mkdirSync(home, { recursive: true });
  return {
    ...certificates(),
    PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: home,
    LANG: "C.UTF-8",
    GIT_CONFIG_GLOBAL: "/dev/null",
    npm_config_cache: join(toolsFolder, "cache", "npm"),
    npm_config_prefer_offline: "true",
    npm_config_update_notifier: "false",
    npm_config_audit: "false",
    npm_config_fund: "false",
    // The repos pin one Node, and are to run on the other too.
    ...(major === 26 ? {} : { npm_config_engine_strict: "false", pnpm_config_engine_strict: "false" }),
    pnpm_config_store_dir: join(toolsFolder, "cache", "pnpm"),
    pnpm_config_prefer_offline: "true",
    UV_CACHE_DIR: join(toolsFolder, "cache", "uv"),
    UV_PYTHON: tools.python314,
    VARLOCK_TELEMETRY_DISABLED: "1",
  };
}

/** How this host reaches a registry is the host's matter: only that is taken from its environment. */
function certificates(): Readonly<Record<string, string>> {
  const wanted = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|(https?|no)_proxy|npm_config_registry)$/i;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (wanted.test(key) && value ? [[key, value]] : [])),
  );
}
