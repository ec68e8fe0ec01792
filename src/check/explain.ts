import { chapterOf, type Manifest } from "./manifests.ts";
import type { CheckDefinition } from "./types.ts";

/** What a check asks, why, how to put it right, and what can fool it: for `check explain`. */
export function explain(check: CheckDefinition, manifest: Manifest = "classic"): string {
  const { slug, factor, proof, title, asks, why, fix, fooledBy } = check;
  const chapter = chapterOf(manifest, factor, slug);
  const how = proof === "run" ? "By running the app: --boot." : "By reading the files.";
  const parts = [
    `${slug} · ${chapter.number}. ${chapter.title}`,
    `${title}.`,
    ["Asks", asks],
    ["How", how],
    ["Why", why],
    ["Fix", fix],
    ["Fooled by", fooledBy],
  ];
  return `${parts.map((part) => (typeof part === "string" ? part : `${part[0]}\n  ${part[1]}`)).join("\n\n")}\n`;
}

/** The same words as a section of `docs/check.md`. */
export function explainInMarkdown({ slug, proof, title, asks, why, fix, fooledBy }: CheckDefinition): string {
  return `### ${slug}

${title}. *By ${proof === "run" ? "running" : "reading"}.*

- **Asks:** ${asks}
- **Why:** ${why}
- **Fix:** ${fix}
- **Fooled by:** ${fooledBy}
`;
}
