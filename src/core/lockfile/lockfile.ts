import type { Json } from "../types.ts";
import { type NpmLock, pruneNpmLock, readNpmLock } from "./npm.ts";
import { type PnpmLock, prunePnpmLock, readPnpmLock } from "./pnpm.ts";

type Manifest = { readonly [key: string]: Json };

type Lockfile = {
  /** The file whose dependencies decide what is kept. */
  readonly manifest: string;
  /** Turns the whole lockfile's text into data that prunes fast. */
  readonly read: (text: string) => Json;
  readonly prune: (lock: Json, manifest: Manifest) => string;
};

/** The lockfiles that can be pruned to what was chosen, by their name. */
export const lockfiles: { readonly [name: string]: Lockfile } = {
  "package-lock.json": {
    manifest: "package.json",
    read: (text) => readNpmLock(text) as unknown as Json,
    prune: (lock, manifest) => pruneNpmLock(lock as unknown as NpmLock, manifest),
  },
  "pnpm-lock.yaml": {
    manifest: "package.json",
    read: (text) => readPnpmLock(text) as unknown as Json,
    prune: (lock, manifest) => prunePnpmLock(lock as unknown as PnpmLock, manifest),
  },
};
