import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { elapsed, ratio } from "./measure.mjs";

const identity = {
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@b",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@b",
};

/** Goal 5: `add` and `update` on the default repo, written and committed, git's own time included. */
export async function* changing({ bin, nodes, pairs, folder }) {
  const place = folder("changing");
  const fresh = join(place, "fresh");
  const repo = join(place, "repo");
  const reset = () => {
    rmSync(repo, { recursive: true, force: true });
    cpSync(fresh, repo, { recursive: true, preserveTimestamps: true });
  };
  for (const node of nodes) {
    const which = `Node ${process.execPath === node ? process.versions.node.split(".")[0] : "24"}`;
    rmSync(fresh, { recursive: true, force: true });
    elapsed({ argv: [node, bin, fresh, "--yes", "--no-install"], env: identity });
    const idle = { argv: [node, "-e", "0"] };
    for (const words of [["add", "redis"], ["update"]]) {
      const verb = { argv: [node, bin, ...words, "--yes", "--no-install"], cwd: repo, before: reset };
      yield {
        name: `${words.join(" ")} on the default repo / node -e 0, ${which}`,
        goal: 4,
        value: ratio(verb, idle, { pairs }).ratio,
      };
    }
  }
}
