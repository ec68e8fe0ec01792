import type { SyntaxNode } from "@lezer/common";
import { parser } from "@lezer/python";
import {
  type Assignment,
  type Call,
  type Comparison,
  type EnvironmentRead,
  either,
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

const transparent = new Set(["int", "str", "float", "bool", "pathlib.Path", "urllib.parse.urlparse"]);
const getters = /^(os\.getenv|os\.environ\.get|os\.environ\.pop|decouple\.config|environ\.Env\(\)(\.\w+)?)$/;
const deepest = 12;

export function outlinePython(text: string): Outline {
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
  readonly #settings = new Set<string>();
  readonly #guards: { readonly from: number; readonly to: number }[] = [];
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#lineAt = lineCounter(text);
  }

  outline(): Outline {
    const tree = parser.parse(this.#text);
    tree.iterate({ enter: ({ name, node }) => this.#bind(name, node) });
    tree.iterate({ enter: (ref) => this.#visit(ref.name, ref) });
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
    if (name === "ImportStatement") this.#bindImport(node);
    else if (name === "AssignStatement") {
      const { firstChild: left, lastChild: right } = node;
      if (left?.name === "VariableName" && right && node.getChildren("VariableName").length <= 2)
        this.#add(this.#slice(left), () => this.#value(right));
    } else if (name === "WithStatement") {
      const call = node.getChild("CallExpression");
      const local = node.getChild("VariableName");
      if (call && local) this.#add(this.#slice(local), () => this.#value(call));
    } else if (name === "FunctionDefinition") {
      const local = node.getChild("VariableName");
      if (local) this.#add(this.#slice(local), () => this.#function(node));
    } else if (name === "IfStatement" && this.#isGuard(node))
      this.#guards.push({ from: node.from, to: node.to });
  }

  #add(name: string, value: () => Value): void {
    const known = this.#bindings.get(name);
    if (known) known.push(value);
    else this.#bindings.set(name, [value]);
  }

  #isGuard(node: SyntaxNode): boolean {
    const condition = node.getChild("BinaryExpression");
    return condition !== null && /__name__/.test(this.#slice(condition));
  }

  /** `import a.b as c`, `from ..a import b as c`: by their words, as the grammar keeps them in one row. */
  #bindImport(node: SyntaxNode): void {
    const words = this.#slice(node)
      .replace(/#.*$/gm, "")
      .replace(/[()\\\n]/g, " ")
      .trim();
    const line = this.#lineAt(node.from);
    const optional = isNested(node);
    const from = /^from\s+(\S+)\s+import\s+(.*)$/s.exec(words);
    const list = (from?.[2] ?? words.replace(/^import\s+/, "")).split(",");
    const module = from?.[1];
    if (module) this.#imports.push({ module, line, typeOnly: false, optional });
    for (const item of list) {
      const [name = "", alias] = item.trim().split(/\s+as\s+/);
      if (!name) continue;
      if (module) this.#modules.set(alias ?? name, `${module}.${name}`);
      else {
        this.#imports.push({ module: name, line, typeOnly: false, optional });
        if (alias) this.#modules.set(alias, name);
        else this.#modules.set(name.split(".")[0] as string, name.split(".")[0] as string);
      }
    }
  }

  #visit(name: string, ref: { readonly node: SyntaxNode; readonly from: number; readonly to: number }): void {
    switch (name) {
      case "CallExpression":
        this.#visitCall(ref.node);
        break;
      case "Decorator":
        this.#visitDecorator(ref.node);
        break;
      case "String":
        this.#visitText(ref.node);
        break;
      case "VariableName":
      case "PropertyName": {
        const word = this.#text.slice(ref.from, ref.to);
        if (variableName.test(word)) this.#names.add(word);
        break;
      }
      case "MemberExpression":
        this.#visitMember(ref.node);
        break;
      case "BinaryExpression":
        this.#visitBinary(ref.node);
        break;
      case "AssignStatement":
        this.#visitAssignment(ref.node);
        break;
      case "ClassDefinition":
        this.#visitClass(ref.node);
        break;
    }
  }

  #visitCall(node: SyntaxNode): void {
    const { target, args, named } = this.#call(node);
    if (target === null) return;
    const line = this.#lineAt(node.from);
    const name = getters.test(target) && args[0]?.kind === "text" ? args[0].text : null;
    if (name !== null) {
      const fallback = args[1] ?? named.get("default") ?? null;
      this.#reads.push({ name, fallback: fallback ?? this.#fallbackAround(node), line });
    }
    const guarded = this.#guards.some(({ from, to }) => node.from >= from && node.to <= to);
    this.#calls.push({ target, args, named, line, guarded });
  }

  /** A decorator's call has no node of its own. */
  #visitDecorator(node: SyntaxNode): void {
    const names = node.getChildren("VariableName").map((child) => this.#slice(child));
    const [first = ""] = names;
    const root = pathOfValue(this.#variable(first)) ?? first;
    const list = node.getChild("ArgList");
    const { args, named } = list ? this.#args(list) : { args: [], named: none };
    const target = [root, ...names.slice(1)].join(".");
    this.#calls.push({ target, args, named, line: this.#lineAt(node.from), guarded: false });
  }

  #visitText(node: SyntaxNode): void {
    const { parent } = node;
    // A string that stands alone is a comment.
    if (parent?.name === "ExpressionStatement") return;
    const text = this.#string(node) ?? "";
    if (variableName.test(text)) this.#names.add(text);
    this.#texts.push({ text, line: this.#lineAt(node.from), key: this.#keyOf(node) });
  }

  #keyOf(node: SyntaxNode): string | null {
    const { parent, prevSibling } = node;
    if (parent?.name === "AssignStatement" && prevSibling?.name === "AssignOp")
      return parent.firstChild ? this.#slice(parent.firstChild) : null;
    const key = prevSibling?.prevSibling;
    if (parent?.name === "ArgList" && prevSibling?.name === "AssignOp" && key) return this.#slice(key);
    if (parent?.name === "DictionaryExpression" && prevSibling?.name === ":" && key)
      return this.#string(key) ?? this.#slice(key);
    return null;
  }

  #visitMember(node: SyntaxNode): void {
    const name = this.#environmentName(node);
    if (name === null) {
      const index = node.getChild("[")?.nextSibling;
      if (!index || index.name === "String") return;
      const value = this.#value(index);
      if (value.kind === "environment") this.#compare(value, unknown, node.from);
      return;
    }
    const { parent } = node;
    const isWrite = parent?.name === "AssignStatement" && parent.firstChild?.from === node.from;
    if (!isWrite) this.#reads.push({ name, fallback: null, line: this.#lineAt(node.from) });
  }

  #fallbackAround(node: SyntaxNode): Value | null {
    const { parent } = node;
    return parent?.name === "BinaryExpression" && parent.getChild("or") && parent.lastChild
      ? this.#value(parent.lastChild)
      : null;
  }

  #visitBinary(node: SyntaxNode): void {
    const operator = node.getChild("CompareOp");
    const isMember = node.getChild("in") !== null;
    const { firstChild, lastChild } = node;
    if (!firstChild || !lastChild) return;
    if (!isMember && !(operator && /^[!=]=$/.test(this.#slice(operator)))) return;
    this.#compare(this.#value(firstChild), this.#value(lastChild), node.from);
  }

  #compare(left: Value, right: Value, from: number): void {
    this.#comparisons.push({ left, right, line: this.#lineAt(from) });
  }

  #visitAssignment(node: SyntaxNode): void {
    const { firstChild: left, lastChild: right } = node;
    if (!left || !right || left === right) return;
    const target = left.name === "VariableName" ? this.#slice(left) : this.#path(left);
    if (target !== null)
      this.#assignments.push({ target, value: this.#value(right), line: this.#lineAt(node.from) });
  }

  /** A settings class of pydantic, or one that is derived of it, reads a variable for each of its fields. */
  #visitClass(node: SyntaxNode): void {
    const bases = node.getChild("ArgList");
    const body = node.getChild("Body");
    if (!bases || !body) return;
    const names = this.#slice(bases).match(/\w+/g) ?? [];
    if (!names.some((name) => name.endsWith("Settings") || this.#settings.has(name))) return;
    const own = node.getChild("VariableName");
    if (own) this.#settings.add(this.#slice(own));
    for (const field of body.getChildren("AssignStatement")) {
      const name = field.getChild("VariableName");
      if (name) this.#names.add(this.#slice(name).toUpperCase());
    }
  }

  #call(node: SyntaxNode): { target: string | null; args: Value[]; named: Map<string, Value> } {
    const list = node.getChild("ArgList");
    const callee = node.firstChild;
    const found = list ? this.#args(list) : { args: [], named: new Map<string, Value>() };
    return { target: callee ? this.#path(callee) : null, ...found };
  }

  #args(list: SyntaxNode): { args: Value[]; named: Map<string, Value> } {
    const args: Value[] = [];
    const named = new Map<string, Value>();
    for (let child = list.firstChild; child; child = child.nextSibling) {
      const next = child.nextSibling;
      if (next?.name === "AssignOp" && next.nextSibling) {
        named.set(this.#slice(child), this.#value(next.nextSibling));
        child = next.nextSibling;
      } else if (child.name === "*" || child.name === "**") {
        // What is in it may be any argument.
        if (child.name === "**") named.set("**", unknown);
        else args.push(unknown);
        child = next ?? child;
      } else if (!/^[(),]$/.test(child.name) && child.name !== "Comment") args.push(this.#value(child));
    }
    return { args, named };
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
      case "ContinuedString": {
        const parts = node.getChildren("String").map((part) => this.#string(part) ?? "");
        return node.getChild("FormatString") ? unknown : { kind: "text", text: parts.join("") };
      }
      case "Number":
        return { kind: "number", number: Number(this.#slice(node).replaceAll("_", "")) };
      case "Boolean":
        return { kind: "boolean", boolean: this.#slice(node) === "True" };
      case "DictionaryExpression":
        return this.#map(node);
      case "ArrayExpression":
      case "TupleExpression":
      case "SetExpression":
        return { kind: "list", items: parts(node).map((child) => this.#value(child)) };
      case "LambdaExpression":
        return this.#function(node);
      case "ParenthesizedExpression": {
        const [inner] = parts(node);
        return inner ? this.#value(inner) : unknown;
      }
      case "BinaryExpression": {
        const { firstChild, lastChild } = node;
        return node.getChild("or") && firstChild && lastChild
          ? either(this.#value(firstChild), this.#value(lastChild))
          : unknown;
      }
      case "ConditionalExpression": {
        const [yes, , no] = parts(node).filter(({ name }) => name !== "if" && name !== "else");
        return oneOf([yes, no].flatMap((part) => (part ? [this.#value(part)] : [])));
      }
      case "CallExpression":
        return this.#callValue(node);
      case "VariableName":
        return this.#variable(this.#slice(node));
      case "MemberExpression": {
        const name = this.#environmentName(node);
        if (name !== null) return { kind: "environment", name, fallback: null };
        const path = this.#path(node);
        return path === null ? unknown : { kind: "name", path };
      }
      default:
        return unknown;
    }
  }

  #callValue(node: SyntaxNode): Value {
    const { target, args, named } = this.#call(node);
    if (target === null) return unknown;
    const [first] = args;
    if (getters.test(target) && first?.kind === "text")
      return { kind: "environment", name: first.text, fallback: args[1] ?? named.get("default") ?? null };
    if (transparent.has(target) && first) return first;
    return { kind: "call", target, args, named };
  }

  #map(node: SyntaxNode): Value {
    const entries = new Map<string, Value>();
    let open = false;
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (child.name === "**") open = true;
      if (child.name !== ":" || !child.prevSibling || !child.nextSibling) continue;
      const key = this.#string(child.prevSibling);
      if (key === null) open = true;
      else entries.set(key, this.#value(child.nextSibling));
    }
    return { kind: "map", entries, open };
  }

  #function(node: SyntaxNode): Value {
    const body = node.getChild("Body");
    const calls = lazily(() => {
      const targets: string[] = [];
      (body ?? node).cursor().iterate((inner) => {
        if (inner.name !== "CallExpression" && inner.name !== "RaiseStatement") return;
        const callee = inner.name === "RaiseStatement" ? inner.node.lastChild : inner.node.firstChild;
        targets.push((callee && this.#path(callee)) ?? "");
      });
      return targets;
    });
    const statements = body ? parts(body).filter(({ name }) => name !== ":") : [];
    const empty = body
      ? statements.every(({ name }) => name === "PassStatement") &&
        !/[^\s:]/.test(this.#slice(body).replace("pass", ""))
      : calls().length === 0 && /:\s*(None|True|False|0|1)\s*$/.test(this.#slice(node));
    return lazyFunction(calls, empty);
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
      case "MemberExpression": {
        const object = node.firstChild && this.#path(node.firstChild);
        const property = node.getChild("PropertyName");
        const index = node.getChild("[")?.nextSibling ?? null;
        const member = property ? this.#slice(property) : index && this.#string(index);
        return member === null ? null : `${object ?? ""}.${member}`;
      }
      case "CallExpression":
        return pathOfValue(this.#value(node));
      case "ParenthesizedExpression": {
        const [inner] = parts(node);
        return inner ? this.#path(inner) : null;
      }
      default:
        return null;
    }
  }

  #environmentName(node: SyntaxNode): string | null {
    const index = node.getChild("[")?.nextSibling;
    if (!index || !node.firstChild || index.name !== "String") return null;
    return this.#path(node.firstChild) === "os.environ" ? this.#string(index) : null;
  }

  #string(node: SyntaxNode): string | null {
    if (node.name !== "String") return null;
    const match = /^[a-zA-Z]*("""|'''|"|')(.*)\1$/s.exec(this.#slice(node));
    return match ? (match[2] as string).replace(/\\(["'\\])/g, "$1") : null;
  }

  #slice(node: SyntaxNode): string {
    return this.#text.slice(node.from, node.to);
  }
}

function parts(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling)
    if (!/^([()[\]{},]|Comment)$/.test(child.name)) found.push(child);
  return found;
}

function isNested(node: SyntaxNode): boolean {
  for (let up = node.parent; up; up = up.parent)
    if (/^(TryStatement|IfStatement|FunctionDefinition)$/.test(up.name)) return true;
  return false;
}
