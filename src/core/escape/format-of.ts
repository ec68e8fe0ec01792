export type Format =
  | "json"
  | "yaml"
  | "toml"
  | "dotenv"
  | "sh"
  | "makefile"
  | "procfile"
  | "dockerfile"
  | "dockerfile-string"
  | "sql"
  | "javascript"
  | "java"
  | "go"
  | "python"
  | "rust"
  | "hcl"
  | "systemd"
  | "markdown"
  | "xml"
  | "lines"
  | "plain"
  | "path"
  | "unknown";

/** Where a value goes. The path also tells which program reads the file after its parser did. */
export type Target = { readonly format: Format; readonly path: string };

/** The format of an output path; `unknown` means that nothing may be interpolated there. */
export function formatOf(path: string): Format {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  const byExtension = dot < 0 ? undefined : EXTENSIONS.get(name.slice(dot + 1).toLowerCase());
  if (byExtension && byExtension !== "plain" && !SPECIAL.some((start) => name.startsWith(start)))
    return byExtension;
  const byName = byNameOf(name);
  if (byName) return byName;
  if (dot < 0 && `/${path}`.endsWith(`/bin/${name}`)) return "sh";
  return PATTERNS.find(([pattern]) => pattern.test(name))?.[1] ?? byExtension ?? "unknown";
}

export function targetOf(path: string): Target {
  return { format: formatOf(path), path };
}

/** What a name begins with that says more than its extension. */
const SPECIAL = [".env", "Procfile", "Dockerfile", "Containerfile"];

function byNameOf(name: string): Format | undefined {
  const known = NAMES.get(name);
  if (known) return known;
  if (name.startsWith(".env")) return "dotenv";
  return name.startsWith("Procfile") ? "procfile" : undefined;
}

/** Names that most repos have; a pattern costs more than all of them. */
const NAMES: ReadonlyMap<string, Format> = new Map<string, Format>([
  [".envrc", "sh"],
  ["Dockerfile", "dockerfile"],
  ["Makefile", "makefile"],
  ["LICENSE", "plain"],
  ["CODEOWNERS", "lines"],
  ["go.mod", "lines"],
  ...listed(
    "gitignore dockerignore npmignore prettierignore eslintignore helmignore gcloudignore slugignore vercelignore cfignore ebignore",
  ),
  ...listed(
    "gitattributes editorconfig npmrc tool-versions nvmrc node-version python-version ruby-version java-version go-version buildpacks",
  ),
]);

function listed(names: string): readonly [string, Format][] {
  return names.split(" ").map((name) => [`.${name}`, "lines"]);
}

const PATTERNS: readonly (readonly [RegExp, Format])[] = [
  [/^(Docker|Container)file(\..*)?$|\.dockerfile$/, "dockerfile"],
  [/^(GNUm|m)akefile$/, "makefile"],
  [/^(requirements.*|runtime|robots)\.txt$/, "lines"],
  [/^(LICENCE|(LICEN[CS]E)\.txt|(NOTICE|COPYING|AUTHORS)(\.txt)?)$/, "plain"],
];

const EXTENSIONS: ReadonlyMap<string, Format> = new Map(
  Object.entries({
    json: "json",
    jsonc: "json",
    json5: "json",
    webmanifest: "json",
    yaml: "yaml",
    yml: "yaml",
    toml: "toml",
    sh: "sh",
    bash: "sh",
    mk: "makefile",
    sql: "sql",
    ts: "javascript",
    mts: "javascript",
    cts: "javascript",
    tsx: "javascript",
    js: "javascript",
    mjs: "javascript",
    cjs: "javascript",
    jsx: "javascript",
    java: "java",
    go: "go",
    py: "python",
    pyi: "python",
    rs: "rust",
    tf: "hcl",
    tfvars: "hcl",
    hcl: "hcl",
    service: "systemd",
    socket: "systemd",
    timer: "systemd",
    md: "markdown",
    xml: "xml",
    svg: "xml",
    csproj: "xml",
    props: "xml",
    txt: "plain",
  } as const),
);
