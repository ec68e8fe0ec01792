import type { CheckDefinition, Finding, Severity } from "../types.ts";
import type { Report } from "./build-report.ts";

const levels: { readonly [severity in Severity]: string } = {
  violation: "error",
  risk: "warning",
  advice: "note",
};

type Options = { readonly checks: ReadonlyMap<string, CheckDefinition>; readonly version: string };

/** SARIF 2.1.0, as code-scanning services read it. */
export function sarifReport({ findings, suppressed }: Report, { checks, version }: Options): string {
  const all = [
    ...findings.map((finding) => ({ finding, reason: null })),
    ...suppressed.map(({ finding, reason }) => ({ finding, reason })),
  ];
  const slugs = [...new Set(all.map(({ finding }) => finding.slug))].sort();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "create-twelve-factor",
            version,
            informationUri: "https://12factor.net",
            rules: slugs.map((slug) => ruleOf(slug, checks)),
          },
        },
        results: all.map(({ finding, reason }) => ({
          ...resultOf(finding, slugs.indexOf(finding.slug)),
          ...(reason === null ? {} : { suppressions: [{ kind: "external", justification: reason }] }),
        })),
        columnKind: "utf16CodeUnits",
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf(slug: string, checks: Options["checks"]) {
  const check = checks.get(slug);
  return {
    id: slug,
    shortDescription: { text: check?.title ?? slug },
    fullDescription: { text: check?.asks ?? slug },
    help: { text: `${check?.why ?? ""}\n\n${check?.fix ?? ""}` },
    properties: { tags: ["twelve-factor", slug.slice(0, slug.indexOf("/"))] },
  };
}

function resultOf(
  { slug, severity, message, evidence, fix, file, line, confidence }: Finding,
  ruleIndex: number,
) {
  return {
    ruleId: slug,
    ruleIndex,
    level: levels[severity],
    message: { text: `${message} ${fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(file ?? "."), uriBaseId: "%SRCROOT%" },
          region: { startLine: line ?? 1, snippet: { text: evidence } },
        },
      },
    ],
    properties: { confidence, evidence },
  };
}
