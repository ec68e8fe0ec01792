import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { kindFolders } from "../../core/catalogue.ts";
import type { SourceFile } from "../../core/compile.ts";
import { Failure } from "../../core/failure.ts";
import type { Pack } from "../../core/pack/compose.ts";
import { manifestPath, readManifest } from "../../core/pack/manifest.ts";
import { printable } from "../../core/printable.ts";
import { receiptPath } from "../../core/receipt.ts";
import { escapeReason, foldName, unportableReason } from "../commit/portable-path.ts";
import { collisions } from "../commit/verify-contained.ts";

export const limits = { files: 20_000, depth: 30, file: 8 * 1024 * 1024, all: 128 * 1024 * 1024 };
const folders: readonly string[] = ["base", "plop", ...Object.values(kindFolders)];

/** The program of a pack, which reads what it needs of `plop/`. */
export const plopfilePattern = /^plopfile\.[cm]?js$/;

/** Reads a pack's folder: files of its own alone, none of which leads elsewhere. Throws a `Failure` for what it refuses. */
export function readPack(folder: string): Pack {
  return packOf(filesIn(rootOf(folder)), folder);
}

/** A pack of files that were read, once each may be where it is. */
export function packOf(files: readonly SourceFile[], source: string): Pack {
  const manifest = files.find(({ path }) => path === manifestPath);
  if (manifest === undefined) {
    refuse(
      source,
      `there is no ${manifestPath}`,
      `Give the folder that holds it. It says name: and version: at least.`,
    );
  }
  const read = readManifest(new TextDecoder().decode(manifest.content), join(source, manifestPath));
  for (const { path, content } of files) {
    verifyPath(read.name, path);
    if (/(\.hbs|\/template\.yaml)$/.test(path) && !isUtf8(content))
      refuse(`${read.name}:${path}`, "it isn't UTF-8", "Save it as UTF-8, or leave .hbs out of its name.");
  }
  const [clash] = collisions(files.map(({ path }) => path));
  if (clash !== undefined) refuse(`${read.name}:${clash.path}`, clash.reason, "Rename one of them.");
  return { manifest: read, files, integrity: integrityOf(files), source };
}

/** A sha512 of the paths, modes and contents, as npm writes one. */
export function integrityOf(files: readonly SourceFile[]): string {
  const hash = createHash("sha512");
  for (const { path, content, executable } of files) {
    hash.update(`${path}\0${executable ? "x" : "-"}${content.length}\0`).update(content);
  }
  return `sha512-${hash.digest("base64")}`;
}

function rootOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return refuse(
      folder,
      code === "ENOENT" ? "it isn't there" : String(code),
      "Give --pack the folder of a pack.",
    );
  }
}

function filesIn(root: string): readonly SourceFile[] {
  const files: SourceFile[] = [];
  let total = 0;
  const visit = (at: string, depth: number) => {
    if (depth > limits.depth)
      refuse(at, "it lies too deep", `Use at most ${limits.depth} folders in one another.`);
    for (const entry of listed(root, at)) {
      const path = at === "" ? entry.name : `${at}/${entry.name}`;
      if (at === "" && !isRead(entry.name)) continue;
      if (entry.isDirectory()) visit(path, depth + 1);
      else if (entry.isFile()) files.push(readFile(root, path));
      else
        refuse(
          path,
          entry.isSymbolicLink() ? "it is a symbolic link" : "it is neither a file nor a folder",
          "Put a copy of what it stands for in its place.",
        );
      total += files.at(-1)?.content.length ?? 0;
      if (files.length > limits.files)
        refuse(root, `it has more than ${limits.files} files`, "Divide it into several packs.");
      if (total > limits.all)
        refuse(root, `it has more than ${limits.all >> 20} MB`, "Leave out what isn't a template.");
    }
  };
  visit("", 0);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function listed(root: string, at: string) {
  try {
    return readdirSync(join(root, at), { withFileTypes: true });
  } catch (error) {
    return refuse(
      join(root, at),
      `it can't be read: ${(error as Error).message}`,
      "Give --pack the folder of a pack.",
    );
  }
}

/** Beside the templates a pack may have what it likes; a folder that was to be one of them is pointed out. */
export function isRead(name: string): boolean {
  if (Object.hasOwn(kindFolders, name) && name !== "ci")
    refuse(name, "nothing reads it", `Did you mean ${kindFolders[name as keyof typeof kindFolders]}?`);
  return name === manifestPath || folders.includes(name) || plopfilePattern.test(name);
}

/** Opened without following a link that was put there meanwhile. */
function readFile(root: string, path: string): SourceFile {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(
      join(root, path),
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    );
    const { mode, nlink, size } = fstatSync(descriptor);
    if (nlink > 1) refuse(path, "it is a hard link", "Put a copy of the file in its place.");
    if (size > limits.file) refuse(path, `it is larger than ${limits.file >> 20} MB`, "Leave it out.");
    return { path, content: readFileSync(descriptor), executable: (mode & 0o100) !== 0 };
  } catch (error) {
    if (error instanceof Failure) throw error;
    return refuse(path, `it can't be read: ${(error as Error).message}`, "Make it readable.");
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function verifyPath(name: string, path: string): void {
  const [, written = ""] = /\/files[^/]*\/(.*)$/.exec(path) ?? [];
  const emitted = written.replace(/\.hbs$/, "");
  const reason =
    escapeReason(path) ??
    unportableReason(path) ??
    (path.split("/").length > limits.depth + 1 ? "it lies too deep" : null) ??
    (emitted === "" ? null : (escapeReason(emitted) ?? unportableReason(emitted))) ??
    (foldName(emitted) === receiptPath ? "it is the receipt, which nothing else writes" : null);
  if (reason !== null) refuse(`${name}:${path}`, reason, "Rename the file.");
}

export function refuse(origin: string, what: string, fix: string): never {
  throw new Failure({ code: "pack/refused", message: `${printable(origin)}: ${what}.`, fix });
}
