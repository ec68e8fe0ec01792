import type { SyntaxNode, Tree } from "@lezer/common";
import { parser } from "@lezer/javascript";
import {
  type Assignment,
  type Call,
  type Comparison,
  type EnvironmentRead,
  either,
  type Import,
  lazily,
  lazyCall,
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

const parsers = new Map<string, typeof parser>();

/** Functions that give their argument in another form. */
const transparent = new Set([
  "Number",
  "parseInt",
  "parseFloat",
  "String",
  "Number.parseInt",
  "URL",
  "Number.parseFloat",
]);
const deepest = 12;
const visited = new Set([
  "CallExpression",
  "NewExpression",
  "DynamicImport",
  "ExportDeclaration",
  "String",
  "TemplateString",
  "PropertyName",
  "PropertyDefinition",
  "MemberExpression",
  "BinaryExpression",
  "SwitchStatement",
  "AssignmentExpression",
]);

export function outlineJavascript(text: string, path: string): Outline {
  const dialect = /\.[cm]?ts$/.test(path) ? "ts" : path.endsWith(".tsx") ? "ts jsx" : "jsx";
  return new Reader(text, parserOf(dialect).parse(text)).outline();
}

/** Configured when it is first needed: that takes as long as parsing a file. */
function parserOf(dialect: string): typeof parser {
  const known = parsers.get(dialect);
  if (known) return known;
  const made = parser.configure({ dialect });
  parsers.set(dialect, made);
  return made;
}

class Reader {
  readonly #text: string;
  readonly #tree: Tree;
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

  constructor(text: string, tree: Tree) {
    this.#text = text;
    this.#tree = tree;
    this.#lineAt = lineCounter(text);
  }

  outline(): Outline {
    const found: SyntaxNode[] = [];
    this.#tree.iterate({
      enter: (ref) => {
        this.#bind(ref.name, ref);
        if (visited.has(ref.name)) found.push(ref.node);
      },
    });
    for (const node of found) this.#visit(node);
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

  /** First what each name stands for, since a function may use what is defined below it. */
  #bind(name: string, ref: { readonly node: SyntaxNode }): void {
    if (name === "ImportDeclaration") this.#bindImport(ref.node);
    else if (name === "VariableDeclaration") this.#bindVariables(ref.node);
    else if (name === "FunctionDeclaration") {
      const definition = ref.node.getChild("VariableDefinition");
      const { node } = ref;
      if (definition) this.#add(this.#slice(definition), () => this.#function(node));
    } else if (name === "AssignmentExpression") {
      const { node } = ref;
      const left = node.firstChild;
      if (left?.name === "VariableName")
        this.#add(this.#slice(left), () => (node.lastChild ? this.#value(node.lastChild) : unknown));
    }
  }

  #add(name: string, value: () => Value): void {
    const known = this.#bindings.get(name);
    if (known) known.push(value);
    else this.#bindings.set(name, [value]);
  }

  #bindImport(node: SyntaxNode): void {
    const module = this.#string(node.getChild("String"));
    if (module === null) return;
    let typeOnly = node.getChild("type") !== null;
    const group = node.getChild("ImportGroup");
    for (let child = node.firstChild; child; child = child.nextSibling)
      if (child.name === "VariableDefinition") this.#modules.set(this.#slice(child), module);
    if (group) {
      const members = this.#bindGroup(group, module);
      const hasOthers = node.getChild("VariableDefinition") !== null || node.getChild("Star") !== null;
      if (members.length > 0 && members.every((isType) => isType) && !hasOthers) typeOnly = true;
    }
    this.#imports.push({ module, line: this.#lineAt(node.from), typeOnly, optional: false });
  }

  /** Whether each member of the group is a type. */
  #bindGroup(group: SyntaxNode, module: string): boolean[] {
    const members: boolean[] = [];
    let original: string | null = null;
    let isType = false;
    for (let child = group.firstChild; child; child = child.nextSibling) {
      if (child.name === "type") isType = true;
      else if (child.name === "VariableName") original = this.#slice(child);
      else if (child.name === "VariableDefinition") {
        const local = this.#slice(child);
        const member = original ?? local;
        this.#modules.set(local, member === "default" ? module : `${module}.${member}`);
        members.push(isType);
      } else if (child.name === ",") {
        original = null;
        isType = false;
      }
    }
    return members;
  }

  #bindVariables(node: SyntaxNode): void {
    let target: SyntaxNode | null = null;
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (child.name === "VariableDefinition" || child.name === "ObjectPattern") target = child;
      else if (child.name === "Equals" && target && child.nextSibling) {
        const value = child.nextSibling;
        if (target.name === "VariableDefinition") this.#add(this.#slice(target), () => this.#value(value));
        else this.#bindPattern(target, value);
        target = null;
      } else if (child.name === ",") target = null;
    }
  }

  /** `const { a, B: c = 1 } = value` */
  #bindPattern(pattern: SyntaxNode, value: SyntaxNode): void {
    const isEnvironment = this.#isEnvironment(value);
    for (const property of pattern.getChildren("PatternProperty")) {
      const key = property.getChild("PropertyName");
      const definition = property.getChild("VariableDefinition");
      if (!definition) continue;
      const member = this.#slice(key ?? definition);
      const equals = property.getChild("Equals");
      const fallback = equals?.nextSibling ?? null;
      if (isEnvironment) {
        const read = () => (fallback ? this.#value(fallback) : null);
        this.#reads.push({ name: member, fallback: read(), line: this.#lineAt(property.from) });
        this.#add(this.#slice(definition), () => ({ kind: "environment", name: member, fallback: read() }));
      } else
        this.#add(this.#slice(definition), () => {
          const path = pathOfValue(this.#value(value));
          return path === null ? unknown : { kind: "name", path: `${path}.${member}` };
        });
    }
  }

  #visit(node: SyntaxNode): void {
    switch (node.name) {
      case "CallExpression":
      case "NewExpression":
        this.#visitCall(node);
        break;
      case "DynamicImport":
        this.#visitImport(node.getChild("String"), true);
        break;
      case "ExportDeclaration": {
        const typeOnly = node.getChild("type") !== null;
        if (node.getChild("from")) this.#visitImport(node.getChild("String"), false, typeOnly);
        break;
      }
      case "String":
      case "TemplateString":
        this.#visitText(node);
        break;
      case "PropertyName":
      case "PropertyDefinition": {
        const word = this.#text.slice(node.from, node.to);
        if (variableName.test(word)) this.#names.add(word);
        break;
      }
      case "MemberExpression":
        this.#visitMember(node);
        break;
      case "BinaryExpression":
        this.#visitBinary(node);
        break;
      case "SwitchStatement": {
        const about = node.getChild("ParenthesizedExpression");
        if (about) this.#compare(this.#value(about), unknown, node.from);
        break;
      }
      case "AssignmentExpression":
        this.#visitAssignment(node);
        break;
    }
  }

  #visitImport(node: SyntaxNode | null, optional: boolean, typeOnly = false): void {
    const module = this.#string(node);
    if (module !== null && node)
      this.#imports.push({ module, line: this.#lineAt(node.from), typeOnly, optional });
  }

  #visitCall(node: SyntaxNode): void {
    const target = this.#target(node);
    if (target === "require") {
      this.#visitImport(node.getChild("ArgList")?.getChild("String") ?? null, isNested(node));
      return;
    }
    if (target === null) return;
    const args = lazily(() => this.#args(node));
    this.#calls.push(lazyCall({ target, line: this.#lineAt(node.from), guarded: false }, { args }));
  }

  #visitText(node: SyntaxNode): void {
    const whole = this.#string(node);
    const text = whole ?? this.#text.slice(node.from + 1, node.to - 1);
    const parent = node.parent;
    if (parent?.name === "ImportDeclaration" || parent?.name === "ExportDeclaration") return;
    if (variableName.test(text)) this.#names.add(text);
    this.#texts.push({ text, line: this.#lineAt(node.from), key: whole === null ? null : this.#keyOf(node) });
  }

  #keyOf(node: SyntaxNode): string | null {
    const parent = node.parent;
    if (parent?.name === "Property" || parent?.name === "PropertyDeclaration") {
      const key = parent.firstChild;
      return key && key.from !== node.from ? (this.#string(key) ?? this.#slice(key)) : null;
    }
    if (parent?.name === "VariableDeclaration") {
      const equals = node.prevSibling;
      return equals?.prevSibling?.name === "VariableDefinition" ? this.#slice(equals.prevSibling) : null;
    }
    if (parent?.name === "AssignmentExpression")
      return parent.firstChild ? this.#slice(parent.firstChild) : null;
    return null;
  }

  #visitMember(node: SyntaxNode): void {
    const name = this.#environmentName(node);
    if (name !== null) {
      const parent = node.parent;
      const isWrite = parent?.name === "AssignmentExpression" && parent.firstChild?.from === node.from;
      if (!isWrite)
        this.#reads.push({ name, fallback: this.#fallbackAround(node), line: this.#lineAt(node.from) });
      return;
    }
    const index = node.getChild("[")?.nextSibling;
    if (index && index.name !== "String") {
      const value = this.#value(index);
      if (value.kind === "environment") this.#compare(value, unknown, node.from);
    }
  }

  /** What stands in where the variable is absent: of `a || b`, through calls that only convert. */
  #fallbackAround(node: SyntaxNode): Value | null {
    let inner = node;
    for (let up = node.parent; up && up.to - up.from < 400; up = up.parent) {
      if (up.name === "BinaryExpression") {
        const operator = up.getChild("LogicOp");
        const isLeft = up.firstChild?.from === inner.from && up.firstChild?.to === inner.to;
        const isDefault = operator && isLeft && /^(\|\||\?\?)$/.test(this.#slice(operator));
        return isDefault && up.lastChild ? this.#value(up.lastChild) : null;
      }
      if (
        !/^(ParenthesizedExpression|ArgList|CallExpression|UnaryExpression|PostfixExpression)$/.test(up.name)
      )
        return null;
      inner = up;
    }
    return null;
  }

  #visitBinary(node: SyntaxNode): void {
    const operator = node.getChild("CompareOp");
    if (!operator || !/^[!=]==?$/.test(this.#slice(operator)) || !node.firstChild || !node.lastChild) return;
    this.#compare(this.#value(node.firstChild), this.#value(node.lastChild), node.from);
  }

  #compare(left: Value, right: Value, from: number): void {
    this.#comparisons.push({ left, right, line: this.#lineAt(from) });
  }

  #visitAssignment(node: SyntaxNode): void {
    const { firstChild: left, lastChild: right } = node;
    if (left?.name !== "MemberExpression" || !right) return;
    const target = this.#path(left);
    if (target !== null)
      this.#assignments.push({ target, value: this.#value(right), line: this.#lineAt(node.from) });
  }

  #target(node: SyntaxNode): string | null {
    const callee = node.name === "NewExpression" ? node.firstChild?.nextSibling : node.firstChild;
    return callee ? this.#path(callee) : null;
  }

  #args(node: SyntaxNode): Value[] {
    const args: Value[] = [];
    for (let child = node.getChild("ArgList")?.firstChild; child; child = child.nextSibling)
      if (!/^[(),]$/.test(child.name) && !isComment(child))
        args.push(child.name === "Spread" ? unknown : this.#value(child));
    return args;
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
      case "String":
      case "TemplateString": {
        const text = this.#string(node);
        return text === null ? unknown : { kind: "text", text };
      }
      case "Number":
        return { kind: "number", number: Number(this.#slice(node).replaceAll("_", "")) };
      case "BooleanLiteral":
        return { kind: "boolean", boolean: this.#slice(node) === "true" };
      case "ObjectExpression":
        return this.#map(node);
      case "ArrayExpression":
        return { kind: "list", items: children(node).map((child) => this.#value(child)) };
      case "ArrowFunction":
      case "FunctionExpression":
        return this.#function(node);
      case "ParenthesizedExpression":
      case "AwaitExpression":
      case "UnaryExpression":
      case "PostfixExpression": {
        const [inner] = children(node).filter(({ name }) => !/Op$|^await$/.test(name));
        return inner ? this.#value(inner) : unknown;
      }
      case "BinaryExpression":
        return this.#binary(node);
      case "ConditionalExpression": {
        const parts = children(node).filter(({ name }) => name !== "LogicOp");
        return oneOf(parts.slice(1).map((part) => this.#value(part)));
      }
      case "CallExpression":
      case "NewExpression":
        return this.#callValue(node);
      case "DynamicImport": {
        const module = this.#string(node.getChild("String"));
        return module === null ? unknown : { kind: "name", path: module.replace(/^node:/, "") };
      }
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

  #binary(node: SyntaxNode): Value {
    const { firstChild, lastChild } = node;
    if (!firstChild || !lastChild) return unknown;
    if (node.getChild("as") || node.getChild("satisfies")) return this.#value(firstChild);
    const operator = node.getChild("LogicOp");
    return operator && /^(\|\||\?\?)$/.test(this.#slice(operator))
      ? either(this.#value(firstChild), this.#value(lastChild))
      : unknown;
  }

  #callValue(node: SyntaxNode): Value {
    const target = this.#target(node);
    if (target === null) return unknown;
    if (target === "require") {
      const module = this.#string(node.getChild("ArgList")?.getChild("String") ?? null);
      return module === null ? unknown : { kind: "name", path: module.replace(/^node:/, "") };
    }
    if (transparent.has(target)) {
      const [first] = this.#args(node);
      if (first) return first;
    }
    const args = lazily(() => this.#args(node));
    return {
      kind: "call",
      target,
      named: none,
      get args() {
        return args();
      },
    };
  }

  #map(node: SyntaxNode): Value {
    const entries = new Map<string, Value>();
    let open = false;
    for (const property of node.getChildren("Property")) {
      const key = property.firstChild;
      if (!key || key.name === "Spread" || key.name === "[") {
        open = true;
        continue;
      }
      const value = property.getChild(":")?.nextSibling;
      const name = this.#string(key) ?? this.#slice(key);
      if (value) entries.set(name, this.#value(value));
      else if (property.getChild("Block")) entries.set(name, this.#function(property));
      else entries.set(name, this.#variable(name));
    }
    return { kind: "map", entries, open };
  }

  #function(node: SyntaxNode): Value {
    const body = node.getChild("Block") ?? node.lastChild;
    const calls = lazily(() => {
      const targets: string[] = [];
      body?.cursor().iterate((inner) => {
        if (inner.name === "CallExpression" || inner.name === "NewExpression")
          targets.push(this.#target(inner.node) ?? "");
      });
      return targets;
    });
    return lazyFunction(calls, body?.name === "Block" && children(body).length === 0);
  }

  #variable(name: string): Value {
    const module = this.#modules.get(name);
    if (module !== undefined) return { kind: "name", path: module.replace(/^node:/, "") };
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

  /** The dotted path of an expression, through imports and variables. */
  #path(node: SyntaxNode): string | null {
    switch (node.name) {
      case "VariableName": {
        const name = this.#slice(node);
        return pathOfValue(this.#variable(name)) ?? name;
      }
      case "this":
        return "this";
      case "MemberExpression": {
        const object = node.firstChild && this.#path(node.firstChild);
        const property = node.getChild("PropertyName") ?? node.getChild("PrivatePropertyName");
        const index = node.getChild("[")?.nextSibling ?? null;
        const member = property ? this.#slice(property) : this.#string(index);
        if (object === null || member === null) return member === null ? null : `.${member}`;
        return member === "default" ? object : `${object}.${member}`;
      }
      case "CallExpression":
      case "NewExpression": {
        const value = this.#value(node);
        return pathOfValue(value);
      }
      case "ParenthesizedExpression":
      case "AwaitExpression":
      case "PostfixExpression": {
        const [inner] = children(node).filter(({ name }) => !/Op$|^await$/.test(name));
        return inner ? this.#path(inner) : null;
      }
      case "DynamicImport":
        return pathOfValue(this.#value(node));
      default:
        return null;
    }
  }

  #isEnvironment(node: SyntaxNode): boolean {
    if (node.name !== "MemberExpression") return false;
    const text = this.#text.slice(node.from, Math.min(node.to, node.from + 40));
    return text === "process.env" || text === "import.meta.env" || text === "Bun.env";
  }

  #environmentName(node: SyntaxNode): string | null {
    const { firstChild: object } = node;
    if (!object || !this.#isEnvironment(object)) return null;
    const property = node.getChild("PropertyName");
    const name = property ? this.#slice(property) : this.#string(node.getChild("[")?.nextSibling ?? null);
    return name !== null && /^[A-Za-z_]\w*$/.test(name) ? name : null;
  }

  #string(node: SyntaxNode | null): string | null {
    if (!node) return null;
    if (node.name === "String") return unescapeText(this.#text.slice(node.from + 1, node.to - 1));
    if (node.name === "TemplateString" && !node.getChild("Interpolation"))
      return unescapeText(this.#text.slice(node.from + 1, node.to - 1));
    return null;
  }

  #slice(node: SyntaxNode): string {
    return this.#text.slice(node.from, node.to);
  }
}

function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling)
    if (!/^[()[\]{},;]$/.test(child.name) && !isComment(child)) found.push(child);
  return found;
}

const isComment = ({ name }: SyntaxNode): boolean => name === "LineComment" || name === "BlockComment";

function isNested(node: SyntaxNode): boolean {
  for (let up = node.parent; up; up = up.parent)
    if (
      /^(TryStatement|IfStatement|FunctionDeclaration|ArrowFunction|FunctionExpression|MethodDeclaration)$/.test(
        up.name,
      )
    )
      return true;
  return false;
}

const escapes: { readonly [letter: string]: string } = { n: "\n", t: "\t", r: "\r", "0": "\0" };
const unescapeText = (text: string): string =>
  text.includes("\\") ? text.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter) : text;
