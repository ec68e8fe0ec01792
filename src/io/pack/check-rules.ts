import type { Veto } from "../../check/suppressions.ts";
import type { Finding } from "../../check/types.ts";
import type { CheckRule } from "../../core/pack/manifest.ts";
import { printable } from "../../core/printable.ts";
import { readReceipt } from "../../core/receipt.ts";
import { readBuiltCatalogue } from "../catalogue.ts";
import { cataloguesOf } from "../cli/repo/catalogues-of.ts";

/** How the packs of a repo have its findings taken. */
export type CheckRules = {
  readonly raise: (findings: readonly Finding[]) => readonly Finding[];
  readonly veto?: Veto;
};

type Ruled = CheckRule & { readonly pack: string };

const ranks = ["advice", "risk", "violation"] as const;

/** Of the packs that a receipt names, as it names them. One that can't be had is said, and rules nothing. */
export async function checkRulesOf(text: string, root: string): Promise<CheckRules> {
  const receipt = readReceipt(text);
  const { packs } = await cataloguesOf(readBuiltCatalogue(), root, { receipts: [receipt], given: [] });
  const rules = new Map<string, Ruled[]>();
  for (const [at, read] of packs(receipt).entries()) {
    const { name = "", version = "", source = "" } = receipt.packs[at] ?? {};
    const pack = printable(`${name} ${version}`);
    if (read === null)
      process.stderr.write(
        `! The pack ${pack} isn't at ${printable(source)} as it was, so what it says of checks is not known.\n`,
      );
    for (const [slug, rule] of Object.entries(read?.manifest.policy.checks ?? {}))
      rules.set(slug, [...(rules.get(slug) ?? []), { ...rule, pack }]);
  }
  return {
    raise: (findings) => findings.map((finding) => (rules.get(finding.slug) ?? []).reduce(raised, finding)),
    veto: ({ slug }, { reason }) => {
      for (const { pack, reason: pattern, exempt } of rules.get(slug) ?? []) {
        if (exempt !== null && !exempt.includes(receipt.answers.name))
          return `It can't be suppressed: ${pack} exempts ${exempt.length === 0 ? "no repo" : `only ${exempt.join(", ")}`}.`;
        if (pattern !== null && !new RegExp(pattern).test(reason))
          return `It isn't suppressed: ${pack} wants a reason that matches ${pattern}.`;
      }
      return null;
    },
  };
}

function raised(finding: Finding, { severity, pack }: Ruled): Finding {
  if (severity === null || ranks.indexOf(severity) <= ranks.indexOf(finding.severity)) return finding;
  return { ...finding, severity, message: `${finding.message} ${pack} makes this a ${severity}.` };
}
