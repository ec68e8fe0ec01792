import type { SyntaxNode } from "@lezer/common";
import { parser } from "@lezer/go";
import {
  type Assignment,
  type Call,
  type Comparison,
  type EnvironmentRead,
  type Import,
  lazily,
  lazyFunction,
  lineCounter,
  none,
  type Outline,
  oneOf,
  pathOfValue,
  type Text,
  unknown,
  type Value,
  variableName,
} from "./outline.ts";

const transparent = new Set(["strconv.Atoi", "strconv.ParseInt", "net/url.Parse", "strings.TrimSpace"]);
const deepest = 12;

export function outlineGo(text: string): Outline {
  return new Reader(text).outline();
}

class Reader {
  readonly #text: string;
  readonly #lineAt: (offset: number) => number;
  readonly #modules = new Map<string, string>();
  readonly #bindings = new Map<string, (() => Value)[]>();
  readonly #imports: Import[] = [];
  readonly #calls: Call[] = [];
  readonly #assignments: Assignment[] = [];
  readonly #texts: Text[] = [];
  readonly #comparisons: Comparison[] = [];
  readonly #reads: EnvironmentRead[] = [];
  readonly #names = new Set<string>();
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#lineAt = lineCounter(text);
  }

  outline(): Outline {
    const tree = parser.parse(this.#text);
    tree.iterate({ enter: ({ name, node }) => this.#bind(name, node) });
    tree.iterate({ enter: ({ name, node }) => this.#visit(name, node) });
    return {
      imports: this.#imports,
      calls: this.#calls,
      assignments: this.#assignments,
      texts: this.#texts,
      comparisons: this.#comparisons,
      reads: this.#reads,
      names: this.#names,
    };
  }

  #bind(name: string, node: SyntaxNode): void {
    switch (name) {
      case "ImportSpec":
        this.#bindImport(node);
        break;
      case "ConstSpec":
      case "VarSpec":
      case "VarDecl":
      case "Assignment":
        this.#bindVariables(node);
        break;
      case "FunctionDecl": {
        const local = node.getChild("DefName");
        if (local) this.#add(this.#slice(local), () => this.#function(node));
        break;
      }
    }
  }

  #bindImport(node: SyntaxNode): void {
    const module = this.#string(node.getChild("String"));
    if (module === null) return;
    const alias = node.getChild("DefName");
    const name = alias ? this.#slice(alias) : module.replace(/[/.]v\d+$/, "").replace(/^.*\//, "");
    this.#modules.set(name.replace(/^go-|-go$/g, ""), module);
    this.#imports.push({ module, line: this.#lineAt(node.from), typeOnly: false, optional: false });
  }

  /** `a, b := x, y`, and `a, err := f()`, where the first takes it all. */
  #bindVariables(node: SyntaxNode): void {
    const all = parts(node);
    const operator = all.findIndex(({ name }) => name === "=" || name === ":=");
    if (operator < 0) return;
    const targets = all
      .slice(0, operator)
      .filter(({ name }) => name === "DefName" || name === "VariableName");
    const values = all.slice(operator + 1);
    for (const [index, target] of targets.entries()) {
      const value = values[index];
      if (value && (values.length === targets.length || index === 0))
        this.#add(this.#slice(target), () => this.#value(value));
    }
  }

  #add(name: string, value: () => Value): void {
    const known = this.#bindings.get(name);
    if (known) known.push(value);
    else this.#bindings.set(name, [value]);
  }

  #visit(name: string, node: SyntaxNode): void {
    switch (name) {
      case "CallExpr":
        this.#visitCall(node);
        break;
      case "TypedLiteral":
        this.#visitLiteral(node);
        break;
      case "String":
        this.#visitText(node);
        break;
      case "BinaryExp":
        this.#visitBinary(node);
        break;
      case "SwitchStatement": {
        const about = parts(node)[1];
        if (about && about.name !== "SwitchBlock") this.#compare(this.#value(about), unknown, node);
        break;
      }
      case "Assignment":
        this.#visitAssignment(node);
        break;
      case "FieldDecl":
        this.#visitTag(node);
        break;
    }
  }

  #visitCall(node: SyntaxNode): void {
    const { target, args } = this.#call(node);
    if (target === null) return;
    const line = this.#lineAt(node.from);
    const name = args[0]?.kind === "text" ? args[0].text : null;
    const isOwn = /^(get|must|lookup)?env(or|default|string|with\w*)?$/i.test(target);
    if (name !== null && /^(os\.(Getenv|LookupEnv)|syscall\.Getenv)$/.test(target))
      this.#reads.push({ name, fallback: null, line });
    else if (name !== null && isOwn && variableName.test(name))
      this.#reads.push({ name, fallback: args[1] ?? null, line });
    this.#calls.push({ target, args, named: none, line, guarded: false });
  }

  /** `http.Server{Addr: ":80"}` is taken for a call with named arguments. */
  #visitLiteral(node: SyntaxNode): void {
    const value = this.#literal(node);
    if (value.kind !== "call") return;
    const { target, args, named } = value;
    this.#calls.push({ target, args, named, line: this.#lineAt(node.from), guarded: false });
  }

  #visitText(node: SyntaxNode): void {
    const { parent } = node;
    if (parent?.name === "ImportSpec" || parent?.name === "FieldDecl") return;
    const text = this.#string(node) ?? "";
    if (variableName.test(text)) this.#names.add(text);
    this.#texts.push({ text, line: this.#lineAt(node.from), key: this.#keyOf(node) });
  }

  #keyOf(node: SyntaxNode): string | null {
    const { parent, prevSibling } = node;
    if (parent?.name === "Element") {
      const key = parent.getChild("Key");
      return key && prevSibling?.name === ":" ? (this.#string(key.firstChild) ?? this.#slice(key)) : null;
    }
    if (
      /^(ConstSpec|VarSpec|VarDecl|Assignment)$/.test(parent?.name ?? "") &&
      /^:?=$/.test(prevSibling?.name ?? "")
    )
      return parent?.firstChild ? this.#slice(parent.firstChild) : null;
    return null;
  }

  #visitBinary(node: SyntaxNode): void {
    const operator = node.getChild("CompareOp");
    const { firstChild, lastChild } = node;
    if (!operator || !/^[!=]=$/.test(this.#slice(operator)) || !firstChild || !lastChild) return;
    this.#compare(this.#value(firstChild), this.#value(lastChild), node);
  }

  #compare(left: Value, right: Value, node: SyntaxNode): void {
    this.#comparisons.push({ left, right, line: this.#lineAt(node.from) });
  }

  #visitAssignment(node: SyntaxNode): void {
    const { firstChild: left, lastChild: right } = node;
    const target = left && this.#path(left);
    if (target && right)
      this.#assignments.push({ target, value: this.#value(right), line: this.#lineAt(node.from) });
  }

  /** `env:"PORT"` and `envconfig:"PORT"` of the usual loaders. */
  #visitTag(node: SyntaxNode): void {
    const tag = node.getChild("String");
    const match = tag && /\benv(?:config)?:"([A-Za-z_]\w*)/.exec(this.#slice(tag));
    if (!match?.[1]) return;
    const fallback = /\b(?:envDefault|default):"([^"]*)"/.exec(tag ? this.#slice(tag) : "")?.[1];
    this.#names.add(match[1]);
    this.#reads.push({
      name: match[1],
      fallback: fallback === undefined ? null : { kind: "text", text: fallback },
      line: this.#lineAt(node.from),
    });
  }

  #call(node: SyntaxNode): { target: string | null; args: Value[] } {
    const list = node.getChild("Arguments");
    const args = list ? parts(list).map((child) => this.#value(child)) : [];
    return { target: node.firstChild ? this.#path(node.firstChild) : null, args };
  }

  #value(node: SyntaxNode): Value {
    if (this.#depth > deepest) return unknown;
    this.#depth++;
    try {
      return this.#evaluate(node);
    } finally {
      this.#depth--;
    }
  }

  #evaluate(node: SyntaxNode): Value {
    switch (node.name) {
      case "String": {
        const text = this.#string(node);
        return text === null ? unknown : { kind: "text", text };
      }
      case "Number":
        return { kind: "number", number: Number(this.#slice(node).replaceAll("_", "")) };
      case "Bool":
        return { kind: "boolean", boolean: this.#slice(node) === "true" };
      case "UnaryExp":
      case "ParenthesizedExpr":
      case "ParenthesizedExp": {
        const inner = parts(node).at(-1);
        return inner ? this.#value(inner) : unknown;
      }
      case "BinaryExp":
        return this.#joined(node);
      case "TypedLiteral":
        return this.#literal(node);
      case "FunctionLiteral":
        return this.#function(node);
      case "CallExpr":
        return this.#callValue(node);
      case "VariableName":
        return this.#variable(this.#slice(node));
      case "SelectorExpr": {
        const path = this.#path(node);
        return path === null ? unknown : { kind: "name", path };
      }
      default:
        return unknown;
    }
  }

  /** `":" + port` is the environment's where its port is, and a text where both sides are. */
  #joined(node: SyntaxNode): Value {
    const { firstChild, lastChild } = node;
    if (!firstChild || !lastChild || node.getChild("CompareOp")) return unknown;
    const [left, right] = [this.#value(firstChild), this.#value(lastChild)];
    if (left.kind === "environment") return left;
    if (right.kind === "environment") return right;
    return left.kind === "text" && right.kind === "text"
      ? { kind: "text", text: left.text + right.text }
      : unknown;
  }

  #callValue(node: SyntaxNode): Value {
    const { target, args } = this.#call(node);
    const [first] = args;
    if (target === null) return unknown;
    if (/^os\.(Getenv|LookupEnv)$/.test(target) && first?.kind === "text")
      return { kind: "environment", name: first.text, fallback: null };
    const read = args.find((arg) => arg.kind === "environment");
    if (read && /^(cmp\.Or|fmt\.Sprintf|net\.JoinHostPort)$/.test(target)) return read;
    if (transparent.has(target) && first) return first;
    return { kind: "call", target, args, named: none };
  }

  #literal(node: SyntaxNode): Value {
    const type = node.firstChild;
    const body = node.getChild("LiteralValue");
    if (!type || !body) return unknown;
    const named = new Map<string, Value>();
    const items: Value[] = [];
    for (const element of body.getChildren("Element")) {
      const key = element.getChild("Key");
      const value = element.lastChild;
      if (!value) continue;
      if (key) named.set(this.#string(key.firstChild) ?? this.#slice(key), this.#value(value));
      else items.push(this.#value(value));
    }
    if (type.name === "SliceType" || type.name === "ArrayType") return { kind: "list", items };
    if (type.name === "MapType") return { kind: "map", entries: named, open: false };
    const [first, ...rest] = this.#slice(type).split(".");
    const module = this.#modules.get(first ?? "");
    return { kind: "call", target: [module ?? first, ...rest].join("."), args: items, named };
  }

  #function(node: SyntaxNode): Value {
    const body = node.getChild("Block");
    const calls = lazily(() => {
      const targets: string[] = [];
      body?.cursor().iterate((inner) => {
        if (inner.name !== "CallExpr") return;
        targets.push((inner.node.firstChild && this.#path(inner.node.firstChild)) ?? "");
      });
      return targets;
    });
    return lazyFunction(calls, body !== null && parts(body).length === 0);
  }

  #variable(name: string): Value {
    const module = this.#modules.get(name);
    if (module !== undefined) return { kind: "name", path: module };
    const bound = this.#bindings.get(name);
    if (!bound) return { kind: "name", path: name };
    if (this.#depth > deepest) return unknown;
    this.#depth += 2;
    try {
      return oneOf(bound.slice(0, 4).map((value) => value()));
    } finally {
      this.#depth -= 2;
    }
  }

  #path(node: SyntaxNode): string | null {
    switch (node.name) {
      case "VariableName": {
        const name = this.#slice(node);
        return pathOfValue(this.#variable(name)) ?? name;
      }
      case "SelectorExpr": {
        const object = node.firstChild && this.#path(node.firstChild);
        const field = node.getChild("FieldName");
        return field ? `${object ?? ""}.${this.#slice(field)}` : null;
      }
      // The grammar takes `":" + os.Getenv("PORT")` for a call of what the sum is.
      case "BinaryExp":
        return node.lastChild && this.#path(node.lastChild);
      case "CallExpr":
      case "UnaryExp":
      case "TypedLiteral":
        return pathOfValue(this.#value(node));
      default:
        return null;
    }
  }

  #string(node: SyntaxNode | null): string | null {
    if (node?.name !== "String") return null;
    return this.#text.slice(node.from + 1, node.to - 1);
  }

  #slice(node: SyntaxNode): string {
    return this.#text.slice(node.from, node.to);
  }
}

function parts(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling)
    if (!/^([()[\]{},;]|LineComment|BlockComment)$/.test(child.name)) found.push(child);
  return found;
}
