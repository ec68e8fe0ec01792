import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  writeSync,
} from "node:fs";
import type { Step } from "./steps.ts";

/** Writes all of it, however short the single writes are; a full disk throws. */
export function writeWhole(descriptor: number, bytes: Uint8Array, step?: Step): void {
  const half = step === undefined ? 0 : bytes.length >> 1;
  let written = 0;
  while (written < half) written += writeSync(descriptor, bytes, written, half - written);
  if (half > 0) step?.("torn");
  while (written < bytes.length) written += writeSync(descriptor, bytes, written, bytes.length - written);
}

/** A new file; one that is there already, or a link, is an error. */
export function writeNew(file: {
  path: string;
  bytes: Uint8Array;
  durable: boolean;
  step?: Step | undefined;
}) {
  const descriptor = openSync(file.path, "wx", 0o666);
  try {
    writeWhole(descriptor, file.bytes, file.step);
    if (file.durable) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The same file under a second name, or a copy where links are not possible. */
export function linkOrCopy(from: string, to: string, durable: boolean): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!cannotLink.has(errorCode(error))) throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    chmodSync(to, lstatSync(from).mode & 0o7777);
    if (durable) syncPath(to, "r");
  }
}

const cannotLink = new Set(["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL"]);

/** Makes the names in a directory survive a power cut, where the system can do that at all. */
export function syncDirectory(path: string): void {
  if (process.platform !== "win32") syncPath(path, constants.O_RDONLY | constants.O_DIRECTORY);
}

function syncPath(path: string, flags: string | number): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!["EINVAL", "ENOTSUP"].includes(errorCode(error))) throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** What lies there itself, links not followed; undefined when nothing does, also below a file. */
export function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (errorCode(error) !== "ENOTDIR") throw error;
    return undefined;
  }
}

export function removeFile(path: string): void {
  ignoring(["ENOENT"], () => unlinkSync(path));
}

/** Removes a directory only when nothing is in it. */
export function removeIfEmpty(path: string): boolean {
  let removed = false;
  ignoring(["ENOENT", "ENOTEMPTY", "EEXIST", "ENOTDIR", "EBUSY"], () => {
    rmdirSync(path);
    removed = true;
  });
  return removed;
}

export function ignoring(codes: readonly string[], work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!codes.includes(errorCode(error))) throw error;
  }
}

export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

export function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? Buffer.from(content) : content;
}

/** Loaded when first used: a new directory needs no hash, and the module costs milliseconds. */
export function sha256(bytes: Uint8Array): string {
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(bytes).digest("hex");
}
