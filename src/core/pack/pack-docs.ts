import type { Catalogue } from "../types.ts";
import type { Pack } from "./compose.ts";
import { liveFiles } from "./live-files.ts";

/** A page about a pack, as Markdown: its options, its rules, and what it has. */
export function packDocs(catalogue: Catalogue, { manifest, files }: Pack): string {
  const { name, version, description, questions, policy } = manifest;
  const own = files.map(({ path }) => path).filter((path) => path.includes("/"));
  const templates = own
    .filter((path) => path.endsWith("/template.yaml"))
    .map((path) => path.slice(0, -"/template.yaml".length));
  const live = liveFiles(catalogue).get(name) ?? [];
  const rules = [
    ...Object.entries(policy.fixed).map(([key, value]) => `${code(key)} is ${code(String(value))}.`),
    ...(policy.hide.length > 0 ? [`Not offered: ${list(policy.hide)}.`] : []),
    ...(policy.require.length > 0 ? [`In every repo: ${list(policy.require)}.`] : []),
    ...Object.entries(policy.checks).flatMap(([slug, { severity, reason, exempt }]) => [
      ...(severity === null ? [] : [`What ${code(slug)} finds is a ${severity} at least.`]),
      ...(reason === null
        ? []
        : [`Who suppresses ${code(slug)} gives a reason that matches ${code(reason)}.`]),
      ...(exempt === null
        ? []
        : [`${exempt.length === 0 ? "No repo" : `Only ${list(exempt)}`} may suppress ${code(slug)}.`]),
    ]),
    ...Object.entries(policy.registries).map(
      ([from, to]) => `Images of ${code(from)} come from ${code(to)}.`,
    ),
  ];
  const sections = [
    section(
      "Options",
      questions.length === 0
        ? []
        : [
            "| flag | question | answers | default |",
            "| --- | --- | --- | --- |",
            ...questions.map(({ name: flag, type, message, values, pattern, when, default: preset }) => {
              const condition = Object.entries(when).map(
                ([key, allowed]) => `${key} is ${allowed.join(" or ")}`,
              );
              const asked =
                condition.length === 0 ? message : `${message} (where ${condition.join(", and ")})`;
              const answers =
                type === "enum"
                  ? list(values)
                  : type === "boolean"
                    ? "yes or no"
                    : pattern === null
                      ? "a text"
                      : code(pattern);
              return `| ${code(`--${flag}`)} | ${cell(asked)} | ${answers} | ${preset === null ? "must be answered" : code(String(preset))} |`;
            }),
          ],
    ),
    section(
      "Rules",
      rules.map((rule) => `- ${rule}`),
    ),
    section(
      "Templates and facts",
      templates.map((path) => `- ${code(path)}`),
    ),
    section(
      "Blocks that it fills",
      own.filter((path) => /\/blocks\//.test(path)).map((path) => `- ${code(path)}`),
    ),
    section(
      "Files",
      own.filter((path) => /\/files[^/]*\//.test(path)).map((path) => `- ${code(path)}`),
    ),
    section(
      "Generators, of a program that runs after consent",
      files.some(({ path }) => /^plopfile\.[cm]?js$/.test(path))
        ? [`- ${code(`generate ${name}:NAME`)}`]
        : [],
    ),
    section(
      "What runs by itself, and needs consent",
      live.map((path) => `- ${code(path)}`),
    ),
  ];
  const head = `# ${cell(name)} ${version}\n${description === "" ? "" : `\n${cell(description)}\n`}`;
  return `${head}\n\`\`\`\ncreate-twelve-factor my-app --pack SOURCE\n\`\`\`\n${sections.join("")}`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `\n## ${title}\n\n${lines.join("\n")}\n`;
}

function list(values: readonly string[]): string {
  return values.map(code).join(", ");
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'").replaceAll("|", "\\|")}\``;
}

function cell(text: string): string {
  return text.replace(/[\\|`*_<>[\]]/g, "\\$&");
}
