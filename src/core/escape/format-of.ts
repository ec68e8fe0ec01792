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
  const extension = name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : null;
  const byExtension = extension === null ? undefined : EXTENSIONS.get(extension);
  if (byExtension && byExtension !== "plain" && !/^(\.env|Procfile|Dockerfile|Containerfile)/.test(name))
    return byExtension;
  const byName = NAMES.find(([pattern]) => pattern.test(name));
  if (byName) return byName[1];
  if (extension === null) return /(^|\/)bin\/[^/]+$/.test(path) ? "sh" : "unknown";
  return byExtension ?? "unknown";
}

export function targetOf(path: string): Target {
  return { format: formatOf(path), path };
}

const NAMES: readonly (readonly [RegExp, Format])[] = [
  [/^\.envrc$/, "sh"],
  [/^\.env/, "dotenv"],
  [/^Procfile/, "procfile"],
  [/^(Docker|Container)file(\..*)?$|\.dockerfile$/, "dockerfile"],
  [/^(GNUm|M|m)akefile$/, "makefile"],
  [/^(requirements.*|runtime|robots)\.txt$/, "lines"],
  [/^(LICEN[CS]E|NOTICE|COPYING|AUTHORS)(\.txt)?$/, "plain"],
  [/^CODEOWNERS$/, "lines"],
  [/^\.(git|docker|npm|prettier|eslint|helm|gcloud|slug|vercel|cf|eb)ignore$/, "lines"],
  [
    /^\.(gitattributes|editorconfig|npmrc|tool-versions|nvmrc|(node|python|ruby|java|go)-version|buildpacks)$/,
    "lines",
  ],
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
