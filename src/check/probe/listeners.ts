import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export type Listener = {
  readonly pid: number;
  readonly port: number;
  readonly address: string;
  readonly reach: "any" | "loopback" | "one";
};

/** The TCP sockets that the processes listen on. Linux only. */
export function listenersOf(pids: readonly number[]): Listener[] {
  const seen = new Set<string>();
  return pids.flatMap((pid) => {
    const inodes = socketInodes(pid);
    if (inodes.size === 0) return [];
    return ["tcp", "tcp6"].flatMap((table) =>
      listeningRows(pid, table).flatMap(({ inode, hexAddress, port }) => {
        if (!inodes.has(inode) || seen.has(`${pid} ${inode}`)) return [];
        seen.add(`${pid} ${inode}`);
        return [{ pid, port, address: readableAddress(hexAddress), reach: reachOf(hexAddress) }];
      }),
    );
  });
}

function socketInodes(pid: number): Set<string> {
  const inodes = new Set<string>();
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const match = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`));
      if (match?.[1]) inodes.add(match[1]);
    }
  } catch {
    // It ended meanwhile, or belongs to another user.
  }
  return inodes;
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

type Row = { readonly inode: string; readonly hexAddress: string; readonly port: number };

function listeningRows(pid: number, table: string): Row[] {
  try {
    return readFileSync(`/proc/${pid}/net/${table}`, "latin1")
      .split("\n")
      .slice(1)
      .flatMap((line) => {
        const fields = line.trim().split(/\s+/);
        const [hexAddress, hexPort] = fields[1]?.split(":") ?? [];
        const inode = fields[9];
        if (fields[3] !== "0A" || !hexAddress || !hexPort || !inode) return [];
        return [{ inode, hexAddress, port: Number.parseInt(hexPort, 16) }];
      });
  } catch {
    return [];
  }
}

function reachOf(hexAddress: string): Listener["reach"] {
  if (/^0+$/.test(hexAddress)) return "any";
  const loopback = hexAddress.endsWith("7F")
    ? hexAddress.length === 8 || hexAddress.startsWith("0000000000000000FFFF0000")
    : hexAddress === "00000000000000000000000001000000";
  return loopback ? "loopback" : "one";
}

/** The kernel prints each 32-bit word in host order, which is little-endian here. */
function readableAddress(hexAddress: string): string {
  const bytes = (hexAddress.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.every((byte) => byte === 0)) return "::";
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  return groups
    .join(":")
    .replace(/\b0(:0)+\b/, ":")
    .replace(/:{3,}/, "::");
}
