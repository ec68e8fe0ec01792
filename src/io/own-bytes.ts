import { readBytes } from "./read-bytes.ts";

/** The bytes of a file that is this user's, and that no other may write; null for any other. */
export function ownBytes(path: string): Buffer | null {
  try {
    const { bytes, stats } = readBytes(path);
    const isOwn =
      process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o022) === 0);
    return isOwn ? bytes : null;
  } catch {
    return null;
  }
}
