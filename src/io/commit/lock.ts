import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { errorCode, removeFile, removeIfEmpty, writeNew } from "./files.ts";
import { type Owner, ownerInName, ownerState, thisProcess } from "./owner.ts";
import type { Step } from "./steps.ts";

export type Lock = {
  readonly owner: Owner;
  /** Whether a dead owner had it before. */
  readonly tookOver: boolean;
  readonly release: () => void;
};

/**
 * Takes the lock of a journal directory, or throws a `Failure` that names who has it. The lock appears with its
 * owner in it, by link(2): a rival never sees an empty one. A dead owner's lock is taken over only on request.
 */
export function acquireLock(
  directory: string,
  options: { takeOver: boolean; step?: Step | undefined },
): Lock {
  const request: Request = { directory, owner: thisProcess(), ...options };
  const tookOver = acquire(request, "lock") === "taken over";
  options.step?.("locked");
  const release = () => {
    removeFile(join(directory, "lock"));
    options.step?.("unlocked");
    sweep(directory);
  };
  return { owner: request.owner, tookOver, release };
}

/** Who holds the lock; `null` when it is free, `unknown` when a power cut has emptied it. */
export function lockHolder(directory: string): Owner | "unknown" | null {
  return readOwner(join(directory, "lock"));
}

/** Removes what dead processes left of their attempts, and the directory itself when nothing else is in it. */
export function sweep(directory: string): void {
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch {
    return;
  }
  for (const name of names.filter((name) => /^(lock|takeover)\.\d/.test(name))) {
    const read = readOwner(join(directory, name));
    const owner = read === "unknown" || read === null ? ownerInName(name) : read;
    if (owner === undefined || ownerState(owner) === "dead") removeFile(join(directory, name));
  }
  if (removeIfEmpty(directory) && dirname(directory).endsWith("twelve-factor"))
    removeIfEmpty(dirname(directory));
}

type Request = {
  readonly directory: string;
  readonly owner: Owner;
  readonly takeOver: boolean;
  readonly step?: Step | undefined;
};

function acquire(request: Request, name: string): "free" | "taken over" {
  const { directory, owner, step } = request;
  const path = join(directory, name);
  const temporary = join(directory, `lock.${owner.nonce}`);
  for (let attempt = 0; attempt < 100; attempt++) {
    // A rival that releases removes the directory when it is empty, so it may vanish at any of these steps.
    try {
      mkdirSync(directory, { recursive: true });
      writeNew({ path: temporary, bytes: Buffer.from(JSON.stringify(owner)), durable: false, step });
      step?.("lock-written");
      linkSync(temporary, path);
      step?.("lock-linked");
      removeFile(temporary);
      return "free";
    } catch (error) {
      removeFile(temporary);
      if (errorCode(error) === "ENOENT") continue;
      if (errorCode(error) !== "EEXIST") {
        sweep(directory);
        throw error;
      }
    }
    const holder = readOwner(path);
    if (holder === null) continue;
    refuseUnlessDead({ request, path, holder });
    if (replaceDead({ request, name, holder })) return "taken over";
  }
  throw new Failure({
    code: "locked",
    message: `Other runs keep changing ${directory}, so this one did not get its turn.`,
    fix: "Run it again when they have ended.",
  });
}

/** Only who holds the guard of a dead owner's nonce may replace that owner's lock, so one rival at most does. */
function replaceDead({
  request,
  name,
  holder,
}: {
  request: Request;
  name: string;
  holder: Owner | "unknown";
}) {
  const { directory, owner, step } = request;
  const guard = `takeover.${holder === "unknown" ? "0" : holder.nonce}`;
  acquire(request, guard);
  step?.("guarded");
  const path = join(directory, name);
  const now = readOwner(path);
  const same = now !== null && nonceOf(now) === nonceOf(holder);
  if (same) {
    const temporary = join(directory, `lock.${owner.nonce}`);
    writeNew({ path: temporary, bytes: Buffer.from(JSON.stringify(owner)), durable: false, step });
    renameSync(temporary, path);
    step?.("taken-over");
  }
  removeFile(join(directory, guard));
  return same;
}

function refuseUnlessDead({
  request,
  path,
  holder,
}: {
  request: Request;
  path: string;
  holder: Owner | "unknown";
}) {
  const state = holder === "unknown" ? "dead" : ownerState(holder);
  const who = holder === "unknown" ? "A run" : `The run with process id ${holder.pid} on ${holder.host}`;
  if (state === "alive") {
    throw new Failure({
      code: "locked",
      message: `${who} is changing this repo.`,
      fix: "Wait until it has ended, then run it again.",
    });
  }
  if (state === "elsewhere") {
    throw new Failure({
      code: "locked",
      message: `${who} holds the lock of this repo, and from here nobody can tell whether it still runs.`,
      fix: `Run \`create-twelve-factor recover\` there, or delete ${path} when that machine or container is gone.`,
    });
  }
  if (!request.takeOver) {
    throw new Failure({
      code: "stale-lock",
      message: `${who} ended in the middle of its work and left its lock behind.`,
      fix: "Run `create-twelve-factor recover`, then run it again.",
    });
  }
}

function readOwner(path: string): Owner | "unknown" | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
  try {
    const owner: Owner = JSON.parse(text);
    return Number.isInteger(owner?.pid) && /^[\w.-]+$/.test(owner.nonce) ? owner : "unknown";
  } catch {
    return "unknown";
  }
}

function nonceOf(owner: Owner | "unknown"): string {
  return owner === "unknown" ? owner : owner.nonce;
}
