import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { elapsed, identity, labelOf, ratio } from "./measure.mjs";

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
    const which = labelOf(node);
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
