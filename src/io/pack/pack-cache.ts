import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceFile } from "../../core/compile.ts";
import { integrityOf } from "./read-pack.ts";

/** What is kept of a pack by its integrity, so that a repo's base can be rendered when its folder has moved on. */
export function keptFiles(integrity: string): readonly SourceFile[] | null {
  const path = pathFor(integrity);
  if (path === null) return null;
  try {
    const kept = JSON.parse(readFileSync(path, "utf8")) as readonly [string, boolean, string][];
    const files = kept.map(([path, executable, content]) => ({
      path,
      executable,
      content: Buffer.from(content, "base64"),
    }));
    if (integrityOf(files) === integrity) return files;
    rmSync(path);
  } catch {
    // Not kept, or not readable as such: there is none.
  }
  return null;
}

/** Never throws: a cache that can't be written is none. */
export function keepFiles(integrity: string, files: readonly SourceFile[]): void {
  const path = pathFor(integrity);
  if (path === null || keptFiles(integrity) !== null) return;
  try {
    mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
    const entries = files.map(({ path, executable, content }) => [
      path,
      executable,
      Buffer.from(content).toString("base64"),
    ]);
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(entries), { mode: 0o600 });
    renameSync(`${path}.${process.pid}`, path);
  } catch {
    // As above.
  }
}

/** What a source was, when it was last fetched. */
export function integrityFrom(source: string): string | null {
  const known = sources()[source];
  return known ?? null;
}

export function noteSource(source: string, integrity: string): void {
  const path = sourcesPath();
  const known = sources();
  if (path === null || known[source] === integrity) return;
  try {
    writeFileSync(`${path}.${process.pid}`, JSON.stringify({ ...known, [source]: integrity }), {
      mode: 0o600,
    });
    renameSync(`${path}.${process.pid}`, path);
  } catch {
    // As above.
  }
}

function sources(): { readonly [source: string]: string } {
  try {
    return JSON.parse(readFileSync(sourcesPath() ?? "", "utf8"));
  } catch {
    return {};
  }
}

function sourcesPath(): string | null {
  const folder = cacheFolder();
  return folder === null ? null : join(folder, "create-twelve-factor-packs", "sources.json");
}

function pathFor(integrity: string): string | null {
  const [, digest] = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity) ?? [];
  const folder = cacheFolder();
  if (digest === undefined || folder === null) return null;
  return join(folder, "create-twelve-factor-packs", `${Buffer.from(digest, "base64").toString("hex")}.json`);
}

/** Not where compiled code is kept, of which what is old is removed. */
function cacheFolder(): string | null {
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA } = process.env;
  if (process.platform === "win32") return LOCALAPPDATA ?? null;
  if (process.platform === "darwin") return HOME ? join(HOME, "Library/Caches") : null;
  return XDG_CACHE_HOME || (HOME ? join(HOME, ".cache") : null);
}
