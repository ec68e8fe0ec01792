import type { Json } from "../types.ts";
import { type NpmLock, pruneNpmLock, readNpmLock } from "./npm.ts";
import { type PnpmLock, prunePnpmLock, readPnpmLock } from "./pnpm.ts";
import { pruneUvLock, readUvLock, type UvLock } from "./uv.ts";

type Lockfile = {
  /** The file whose dependencies decide what is kept. */
  readonly manifest: string;
  /** Turns the whole lockfile's text into data that prunes fast. */
  readonly read: (text: string) => Json;
  readonly prune: (lock: Json, manifest: string) => string;
  /** Brings it up to a manifest that the person has changed. */
  readonly resolve: readonly string[];
};

/** The lockfiles that can be pruned to what was chosen, by their name. */
export const lockfiles: { readonly [name: string]: Lockfile } = {
  "package-lock.json": {
    manifest: "package.json",
    read: (text) => readNpmLock(text) as unknown as Json,
    prune: (lock, manifest) => pruneNpmLock(lock as unknown as NpmLock, JSON.parse(manifest)),
    resolve: ["npm", "install"],
  },
  "pnpm-lock.yaml": {
    manifest: "package.json",
    read: (text) => readPnpmLock(text) as unknown as Json,
    prune: (lock, manifest) => prunePnpmLock(lock as unknown as PnpmLock, JSON.parse(manifest)),
    resolve: ["pnpm", "install", "--no-frozen-lockfile"],
  },
  "uv.lock": {
    manifest: "pyproject.toml",
    read: (text) => readUvLock(text) as unknown as Json,
    prune: (lock, manifest) => pruneUvLock(lock as unknown as UvLock, manifest),
    resolve: ["uv", "sync"],
  },
};
