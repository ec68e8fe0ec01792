/** The Procfile: the normative grammar of Heroku's buildpack, and what other runners make of each line. */

export type ProcfileEntry = { readonly name: string; readonly command: string; readonly line: number };

export type Runner =
  | "heroku"
  | "heroku-cnb"
  | "paketo"
  | "foreman"
  | "honcho"
  | "overmind"
  | "goreman"
  | "node-foreman"
  | "dokku";

export type ProcfileRemark = {
  readonly line: number;
  readonly severity: "error" | "warning";
  /** The runners it is about; all of them when empty. */
  readonly runners: readonly Runner[];
  readonly message: string;
};

export type Procfile = {
  readonly entries: readonly ProcfileEntry[];
  readonly remarks: readonly ProcfileRemark[];
};

/** Entries by the normative grammar (the last of a name wins), and a remark for whatever a runner reads otherwise. */
export function parseProcfile(text: string): Procfile {
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  const parsed = lines.map((raw, index) => parseLine(raw.replace(/\r$/, ""), index + 1));
  const entries = new Map<string, ProcfileEntry>();
  const duplicates: ProcfileRemark[] = [];
  for (const { entry } of parsed) {
    if (!entry) continue;
    const earlier = entries.get(entry.name);
    if (earlier) duplicates.push(duplicateOf(entry, earlier));
    entries.delete(entry.name);
    entries.set(entry.name, entry);
  }
  const remarks = [...remarksOnText(text), ...parsed.flatMap((line) => line.remarks), ...duplicates];
  return { entries: [...entries.values()], remarks: remarks.sort((a, b) => a.line - b.line) };
}

type ParsedLine = { readonly entry: ProcfileEntry | null; readonly remarks: readonly ProcfileRemark[] };

function parseLine(text: string, line: number): ParsedLine {
  if (text.trim() === "") return { entry: null, remarks: remarksOnBlank(text, line) };
  if (text.trimStart().startsWith("#")) return { entry: null, remarks: remarksOnComment(text, line) };
  const match = /^(\s*)([A-Za-z0-9_-]+)(\s*):([ \t]*)(.*)$/.exec(text);
  const [, indent = "", key = "", gap = "", space = "", value = ""] = match ?? [];
  const command = value.trim();
  const name = key.toLowerCase().replaceAll("_", "-");
  if (!match || gap !== "" || command === "" || !isName(name)) {
    return { entry: null, remarks: [unreadable(text, line, command === "" && match !== null)] };
  }
  return {
    entry: { name, command, line },
    remarks: [...remarksOnKey({ key, name, indent, space, line }), ...remarksOnCommand(command, line)],
  };
}

const isName = (name: string) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name);

function unreadable(text: string, line: number, isEmpty: boolean): ProcfileRemark {
  const what = isEmpty ? "has no command" : `is not "name: command"`;
  const ignoring = text.includes(":")
    ? ""
    : "; Paketo, foreman, honcho, overmind and goreman skip it in silence";
  return {
    line,
    severity: "error",
    runners: ["heroku-cnb", "dokku", "node-foreman"],
    message: `The line ${what}: Heroku's buildpack and Dokku refuse the whole file${ignoring}.`,
  };
}

type Key = {
  readonly key: string;
  readonly name: string;
  readonly indent: string;
  readonly space: string;
  readonly line: number;
};

function remarksOnKey({ key, name, indent, space, line }: Key): ProcfileRemark[] {
  const remarks: ProcfileRemark[] = [];
  const warn = (runners: readonly Runner[], message: string) =>
    remarks.push({ line, severity: "warning", runners, message });
  if (key !== name)
    warn(
      ["heroku-cnb", "dokku"],
      `"${key}" is read as "${name}" by Heroku's buildpack, and as it stands by the others.`,
    );
  if (indent)
    warn(
      ["overmind", "foreman", "honcho", "paketo", "node-foreman"],
      "Only Heroku reads an indented line; the other runners skip or refuse it.",
    );
  if (!space)
    warn(
      ["overmind", "heroku"],
      `overmind and hivemind skip the line in silence: they want a space after "${key}:".`,
    );
  if (key === "release") {
    warn(
      ["foreman", "honcho", "node-foreman"],
      "foreman, honcho and node-foreman start `release` like a process, and end all others when it ends: use a Procfile.dev without it.",
    );
  }
  return remarks;
}

function remarksOnCommand(command: string, line: number): ProcfileRemark[] {
  const remarks: ProcfileRemark[] = [];
  const warn = (runners: readonly Runner[], message: string) =>
    remarks.push({ line, severity: "warning", runners, message });
  if (/\$[A-Za-z_{]/.test(command)) {
    warn(
      ["paketo", "foreman", "goreman"],
      "A variable is expanded by a shell only: Paketo without a shell passes it as it stands, foreman replaces it as text.",
    );
  }
  if (/[;&|<>`]|\$\(/.test(command)) {
    warn(
      ["paketo"],
      "Shell syntax: Paketo's direct execution passes it as arguments, and the shell stays between the platform's signals and the program.",
    );
  }
  if (/^(exec|cd|source|\.|export)\s/.test(command)) {
    warn(
      ["paketo"],
      `"${command.split(/\s/)[0]}" is a word of the shell, which direct execution does not know.`,
    );
  }
  if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(command)) {
    warn(["paketo"], "A variable before the command is shell syntax; set it in the environment.");
  }
  if (/\s(#|\/\/)/.test(command)) {
    warn(["dokku"], "Dokku cuts the command at a ` #` or ` //`; the other runners pass it on.");
  }
  return remarks;
}

function remarksOnBlank(text: string, line: number): ProcfileRemark[] {
  if (text === "") return [];
  const message = "node-foreman refuses a line of blanks, and falls back to `npm start`.";
  return [{ line, severity: "warning", runners: ["node-foreman"], message }];
}

function remarksOnComment(text: string, line: number): ProcfileRemark[] {
  if (text.startsWith("#")) return [];
  const message = "node-foreman refuses an indented comment, and falls back to `npm start`.";
  return [{ line, severity: "warning", runners: ["node-foreman"], message }];
}

function duplicateOf(entry: ProcfileEntry, earlier: ProcfileEntry): ProcfileRemark {
  return {
    line: entry.line,
    severity: "error",
    runners: ["honcho", "overmind", "dokku", "foreman", "goreman"],
    message: `"${entry.name}" is also on line ${earlier.line}: the last one wins at Heroku and Paketo, foreman and goreman run both, honcho, overmind and Dokku refuse the file.`,
  };
}

function remarksOnText(text: string): ProcfileRemark[] {
  const remarks: ProcfileRemark[] = [];
  const warn = (line: number, message: string) =>
    remarks.push({ line, severity: "warning", runners: [], message });
  if (text.startsWith("\uFEFF")) warn(1, "A byte order mark becomes part of the first name.");
  if (text.includes("\r")) warn(1, "Carriage returns become part of the commands in some runners: use LF.");
  if (text !== "" && !text.endsWith("\n")) warn(text.split("\n").length, "The last line has no line end.");
  return remarks;
}
