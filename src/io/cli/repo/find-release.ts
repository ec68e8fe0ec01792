import { compareVersions } from "../../../../generators/update.ts";
import { Failure } from "../../../core/failure.ts";
import { version } from "../../../core/version.ts";
import { withProgress } from "../../progress.ts";
import { runRelease } from "../../repo/other-release.ts";
import type { Repo } from "./open-repo.ts";

/** The version that `to`, a version or a tag, stands for; the release is in npm's cache then. Refuses an older one. */
export async function findRelease(to: string, { root, receipt }: Repo): Promise<string> {
  if (!/^[a-z0-9][\w.+-]*$/i.test(to)) {
    throw new Failure({
      code: "usage/version",
      message: `"${to.slice(0, 60)}" is no version.`,
      fix: "Write one such as 1.2.3, or a tag such as latest.",
    });
  }
  if (/^\d/.test(to)) verifyNotOlder(to, receipt.release.version);
  if (to === version) return version;
  const found = await withProgress(`Getting release ${to}`, () => askForVersion(root, to));
  verifyNotOlder(found, receipt.release.version);
  return found;
}

function verifyNotOlder(to: string, from: string): void {
  if (compareVersions(to, from) >= 0) return;
  throw new Failure({
    code: "receipt/newer",
    message: `This repo is of release ${from}, and ${to} is older.`,
    fix: "Templates don't go backwards. Restore an earlier commit instead.",
  });
}

async function askForVersion(root: string, to: string): Promise<string> {
  const ran = await runRelease(root, to, ["--version"], false);
  const printed = ran.stdout?.trim() ?? "";
  if (!ran.failed && /^\d+\.\d+\.\d+/.test(printed)) return printed;
  const code = /^npm (?:error|ERR!) code (\w+)/m.exec(ran.stderr ?? "")?.[1] ?? ran.code ?? "no code";
  const isUnknown = code === "ETARGET" || code === "E404";
  throw new Failure({
    code: "update/release",
    message: isUnknown
      ? `The registry has no release ${to} of create-twelve-factor.`
      : `Release ${to} can't be had: npm ended with ${code}.`,
    fix: isUnknown
      ? "See which there are: npm view create-twelve-factor versions"
      : "Check the network and the registry (npm config get registry), then run this again.",
  });
}
