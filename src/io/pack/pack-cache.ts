import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { SourceFile } from "../../core/compile.ts";
import { cacheFolder } from "../cache-folder.ts";
import { writeOwn } from "../write-own.ts";
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
    const entries = files.map(({ path, executable, content }) => [
      path,
      executable,
      Buffer.from(content).toString("base64"),
    ]);
    writeOwn(path, JSON.stringify(entries));
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
    writeOwn(path, JSON.stringify({ ...known, [source]: integrity }));
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
  const folder = packsFolder();
  return folder && join(folder, "sources.json");
}

function pathFor(integrity: string): string | null {
  const [, digest] = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity) ?? [];
  const folder = packsFolder();
  if (digest === undefined || folder === null) return null;
  return join(folder, `${Buffer.from(digest, "base64").toString("hex")}.json`);
}

/** Not where compiled code is kept, of which what is old is removed. */
function packsFolder(): string | null {
  const folder = cacheFolder();
  return folder && join(folder, "create-twelve-factor-packs");
}
