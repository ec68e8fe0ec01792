import { readFileSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { SourceFile } from "../../core/compile.ts";
import { escapeReason } from "../commit/portable-path.ts";
import { isRead, limits, refuse } from "./read-pack.ts";

const block = 512;
/** A template compresses well, a bomb better. */
const mostRatio = 200;

/** The files of a pack in a tarball that lies on disk. */
export function filesInTarballAt(path: string, source: string): readonly SourceFile[] {
  const { size } = statSync(path);
  if (size > limits.all)
    refuse(source, `it is larger than ${limits.all >> 20} MB`, "Leave out what isn't a template.");
  return filesInTarball(readFileSync(path), source);
}

/** The files of a pack in a tarball, `package/` or whatever folder they lie in left out. Only files and folders may be in it. */
export function filesInTarball(bytes: Uint8Array, source: string): readonly SourceFile[] {
  const tar = unzipped(bytes, source);
  const files: SourceFile[] = [];
  let [entries, longName] = [0, ""];
  for (let at = 0; at + block <= tar.length; ) {
    const header = tar.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) break;
    verifyChecksum(header, source);
    const size = octal(header, 124, 12, source);
    const content = tar.subarray(at + block, at + block + size);
    if (content.length < size) refuse(source, "it ends too early", "Fetch or pack it again.");
    at += block + Math.ceil(size / block) * block;
    const type = String.fromCharCode(header[156] ?? 0).replace("\0", "0");
    if (++entries > limits.files * 2)
      refuse(source, `it has more than ${limits.files * 2} entries`, "Divide it.");
    if (type === "x" || type === "L")
      longName = type === "x" ? (paxPath(content, source) ?? longName) : textOf(content);
    if (type === "x" || type === "L" || type === "g") continue;
    const path = (longName || headerPath(header)).replace(/^\.\//, "");
    longName = "";
    if (type !== "0" && type !== "5")
      refuse(
        path,
        type === "2" || type === "1" ? "it is a link" : "it is neither a file nor a folder",
        "Pack a copy of what it stands for.",
      );
    const reason =
      type === "5" && path === "" ? null : escapeReason(path.replace(type === "5" ? /\/$/ : "", ""));
    if (reason !== null)
      refuse(`${source}: ${path}`.slice(0, 300), reason, "Pack one folder, by the names in it.");
    if (type === "5") continue;
    if (size > limits.file) refuse(path, `it is larger than ${limits.file >> 20} MB`, "Leave it out.");
    if (files.length === limits.files)
      refuse(source, `it has more than ${limits.files} files`, "Divide it into several packs.");
    files.push({ path, content, executable: (octal(header, 100, 8, source) & 0o100) !== 0 });
  }
  return insideOf(files, source);
}

function unzipped(bytes: Uint8Array, source: string): Buffer {
  try {
    return gunzipSync(bytes, {
      maxOutputLength: Math.min(limits.all, Math.max(bytes.length, 5_000) * mostRatio),
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ERR_BUFFER_TOO_LARGE"
      ? refuse(source, "it unpacks to more than a pack may have", "Leave out what isn't a template.")
      : refuse(source, "it isn't a tarball", "Give one that npm pack or git archive wrote, ending in .tgz.");
  }
}

/** Only what a pack is read for, without the folder that a tarball puts around it. */
function insideOf(files: readonly SourceFile[], source: string): readonly SourceFile[] {
  const [first] = files;
  const isBare = first === undefined || files.some(({ path }) => path === "pack.yaml");
  const prefix = isBare ? "" : `${first.path.split("/")[0]}/`;
  const stray = files.find(({ path }) => !path.startsWith(prefix));
  if (stray !== undefined) refuse(source, `"${stray.path}" lies beside "${prefix}"`, "Pack one folder.");
  return files
    .map((file) => ({ ...file, path: file.path.slice(prefix.length) }))
    .filter(({ path }) => isRead(path.split("/")[0] ?? ""))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function headerPath(header: Uint8Array): string {
  const name = textOf(header.subarray(0, 100));
  const isUstar = textOf(header.subarray(257, 262)) === "ustar";
  const prefix = isUstar ? textOf(header.subarray(345, 500)) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** Records of `length key=value\n`; of a path that has several, the last counts. What would change the length of a file is refused. */
function paxPath(content: Uint8Array, source: string): string | undefined {
  let path: string | undefined;
  for (let at = 0; at < content.length; ) {
    const rest = content.subarray(at);
    const length = Number(/^(\d+) /.exec(Buffer.from(rest.subarray(0, 12)).toString("latin1"))?.[1] ?? 0);
    const record = new TextDecoder().decode(rest.subarray(0, length));
    const [, key = "", value = ""] = /^\d+ ([^=]+)=([\s\S]*)\n$/.exec(record) ?? [];
    if (key === "" || length > rest.length) refuse(source, "it is damaged", "Fetch or pack it again.");
    if (key === "size" || key.startsWith("GNU.sparse"))
      refuse(source, `it says the length of a file by "${key}"`, "Pack it again, without sparse files.");
    if (key === "path") path = value;
    at += length;
  }
  return path;
}

function verifyChecksum(header: Uint8Array, source: string): void {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (sum !== octal(header, 148, 8, source)) refuse(source, "it is damaged", "Fetch or pack it again.");
}

function octal(header: Uint8Array, at: number, length: number, source: string): number {
  const text = textOf(header.subarray(at, at + length)).trim();
  if (!/^[0-7]*$/.test(text)) refuse(source, "it is damaged", "Fetch or pack it again.");
  return text === "" ? 0 : Number.parseInt(text, 8);
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
