/** One program that a line of shell runs, with what stands around it. */
export type SimpleCommand = {
  /** The program and its arguments, quotes taken off. */
  readonly words: readonly string[];
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  readonly redirections: readonly { readonly operator: string; readonly target: string }[];
  /** Started with `&`. */
  readonly background: boolean;
  /** Its output goes to the next one. */
  readonly piped: boolean;
  /** From 1. */
  readonly line: number;
  /** Begins with `exec`, which is taken off. */
  readonly exec: boolean;
};

/** The programs that a script or a line of shell runs, in order. Tolerant: what it cannot read it leaves out. */
export function parseShell(text: string): SimpleCommand[] {
  const commands: SimpleCommand[] = [];
  let current = empty(1);
  const end = (operator: string) => {
    const command = finish(current, operator);
    if (command) commands.push(command);
  };
  for (const token of tokens(text)) {
    if (token.kind === "operator") {
      if (/^\d*[<>]/.test(token.text) || token.text.startsWith("&>")) {
        current.pending = token.text;
        continue;
      }
      end(token.text);
      current = empty(token.line + (token.text === "\n" ? 1 : 0));
    } else if (current.pending !== null) {
      current.redirections.push({ operator: current.pending, target: token.text });
      current.pending = null;
    } else {
      if (current.words.length === 0) current.line = token.line;
      current.words.push(token);
    }
  }
  end("");
  return commands;
}

/** The words of a line without operators. */
export const wordsOf = (text: string): string[] =>
  [...tokens(text)].flatMap(({ kind, text: word }) => (kind === "word" ? [word] : []));

type Word = { readonly kind: "word"; readonly text: string; readonly line: number; readonly quoted: boolean };
type Token = Word | { readonly kind: "operator"; readonly text: string; readonly line: number };

type Open = {
  readonly words: Word[];
  readonly redirections: { operator: string; target: string }[];
  pending: string | null;
  line: number;
};

const empty = (line: number): Open => ({ words: [], redirections: [], pending: null, line });

const keywords = new Set([
  "if",
  "then",
  "else",
  "elif",
  "do",
  "while",
  "until",
  "!",
  "{",
  "}",
  "fi",
  "done",
  "time",
]);

function finish({ words, redirections, line }: Open, operator: string): SimpleCommand | null {
  let rest = words;
  while (rest[0] && !rest[0].quoted && keywords.has(rest[0].text)) rest = rest.slice(1);
  const variables: { name: string; value: string }[] = [];
  let exec = false;
  for (let head = rest[0]; head; head = rest[0]) {
    const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(head.text);
    if (assignment?.[1]) variables.push({ name: assignment[1], value: assignment[2] ?? "" });
    else if (head.text === "exec" && rest.length > 1) exec = true;
    else break;
    rest = rest.slice(1);
  }
  if (rest.length === 0 && variables.length === 0 && redirections.length === 0) return null;
  return {
    words: rest.map(({ text }) => text),
    variables,
    redirections,
    background: operator === "&",
    piped: operator === "|" || operator === "|&",
    line,
    exec,
  };
}

const operatorStarts = "<>&|;()0123456789";
const operatorAt = /^(?:\d*(?:>>|>&|<<<|<<-?|>\||[<>])|&>>?|\|\||&&|;;|\|&|[;&|()])/;

function* tokens(text: string): Generator<Token> {
  let line = 1;
  let word = "";
  let started = false;
  let quoted = false;
  const heredocs: string[] = [];
  let awaitsHeredoc = false;
  const take = function* (): Generator<Token> {
    if (!started) return;
    if (awaitsHeredoc) {
      heredocs.push(word);
      awaitsHeredoc = false;
    } else yield { kind: "word", text: word, line, quoted };
    word = "";
    started = false;
    quoted = false;
  };
  for (let at = 0; at < text.length; ) {
    const letter = text[at] as string;
    if (letter === "\\") {
      if (text[at + 1] === "\n") line++;
      else {
        word += text[at + 1] ?? "";
        started = true;
      }
      at += 2;
    } else if (letter === "'") {
      const end = closing(text, at);
      word += text.slice(at + 1, end);
      started = quoted = true;
      line += newlines(text, at, end);
      at = end + 1;
    } else if (letter === '"') {
      const end = closing(text, at);
      word += text.slice(at + 1, end).replace(/\\(["\\$`])/g, "$1");
      started = quoted = true;
      line += newlines(text, at, end);
      at = end + 1;
    } else if (letter === "$" && text[at + 1] === "(") {
      const end = closingParenthesis(text, at + 1);
      word += text.slice(at, end + 1);
      started = true;
      line += newlines(text, at, end);
      at = end + 1;
    } else if (letter === "#" && !started) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else if (letter === "\n") {
      yield* take();
      yield { kind: "operator", text: "\n", line };
      at++;
      line++;
      for (const mark of heredocs.splice(0)) {
        const rest = text.slice(at);
        const end = new RegExp(`^\\s*${mark.replace(/\W/g, "\\$&")}$`, "m").exec(rest);
        const length = end ? end.index + end[0].length : rest.length;
        line += newlines(text, at, at + length);
        at += length;
      }
    } else if (letter === " " || letter === "\t" || letter === "\r") {
      yield* take();
      at++;
    } else {
      const operator = operatorStarts.includes(letter)
        ? operatorAt.exec(text.slice(at, at + 6))?.[0]
        : undefined;
      if (operator && !(started && /^\d/.test(operator))) {
        yield* take();
        if (/^<<-?$/.test(operator)) awaitsHeredoc = true;
        else yield { kind: "operator", text: operator, line };
        at += operator.length;
      } else {
        word += letter;
        started = true;
        at++;
      }
    }
  }
  yield* take();
}

function closing(text: string, at: number): number {
  const quote = text[at];
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === "\\" && quote === '"') end++;
    else if (text[end] === quote) return end;
  }
  return text.length;
}

function closingParenthesis(text: string, at: number): number {
  let depth = 0;
  for (let end = at; end < text.length; end++) {
    const letter = text[end];
    if (letter === "'" || letter === '"') end = closing(text, end);
    else if (letter === "(") depth++;
    else if (letter === ")" && --depth === 0) return end;
  }
  return text.length;
}

function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
