import { Failure } from "../../core/failure.ts";
import { errorCode } from "./files.ts";

/** What the system refused, as a `Failure`. Everything else passes through, for it is a bug. */
export function writeFailure(error: unknown, state?: string): unknown {
  if (error instanceof Failure) {
    return state === undefined
      ? error
      : new Failure({ code: error.code, message: error.message, fix: error.fix, state });
  }
  const code = errorCode(error);
  if (!(error instanceof Error) || !("syscall" in error)) return error;
  const reason = reasons[code] ?? otherwise;
  return new Failure({
    ...reason,
    message: `${reason.message} (${error.message}).`,
    ...(state && { state }),
  });
}

type Reason = { readonly code: string; readonly message: string; readonly fix: string };

const noSpace: Reason = {
  code: "no-space",
  message: "The disk is full",
  fix: "Free some space there, then run it again.",
};
const noPermission: Reason = {
  code: "no-permission",
  message: "The system does not let you write there",
  fix: "Change the permissions or the owner of that path, then run it again.",
};
const otherwise: Reason = {
  code: "write-failed",
  message: "The file system refused a write",
  fix: "Put right what the system names here, then run it again.",
};
const reasons: { readonly [code: string]: Reason } = {
  ENOSPC: noSpace,
  EDQUOT: noSpace,
  EFBIG: noSpace,
  EACCES: noPermission,
  EPERM: noPermission,
  EROFS: noPermission,
};
