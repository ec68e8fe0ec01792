import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { httpRequest, isAnswer } from "./http.ts";

/** How something is created through the app's own API, and read again. `{token}` is replaced. */
export type Recipe = {
  readonly create: { readonly method: string; readonly path: string; readonly body: string };
  readonly read: string;
  readonly from: string;
};

const servedAt = ["/openapi.json", "/documentation/json", "/docs/json", "/api-docs", "/api/openapi.json"];

/** As `.twelve-factor-check.json` states it, else from the API's own description, in the repo or served. */
export async function findRecipe(tree: string, port: number): Promise<Recipe | null> {
  const stated = statedRecipe(tree);
  if (stated) return stated;
  for (const file of ["openapi.yaml", "openapi.yml", "openapi.json"]) {
    if (!existsSync(join(tree, file))) continue;
    const recipe = recipeIn(parse(readFileSync(join(tree, file), "utf8")), file);
    if (recipe) return recipe;
  }
  for (const path of servedAt) {
    const answer = await httpRequest({ port, path });
    if (!isAnswer(answer) || answer.status !== 200) continue;
    const recipe = recipeIn(parseJson(answer.body), path);
    if (recipe) return recipe;
  }
  return null;
}

export const withToken = (recipe: Recipe, token: string): string =>
  recipe.create.body.replaceAll("{token}", token);

export async function createBy(recipe: Recipe, port: number, token: string): Promise<number | null> {
  const { method, path } = recipe.create;
  const headers = { "content-type": "application/json" };
  const answer = await httpRequest({
    port,
    method,
    path,
    headers,
    body: withToken(recipe, token),
    timeoutMs: 5_000,
  });
  return isAnswer(answer) ? answer.status : null;
}

/** The item of the token, as the app lists it now; null when it does not. */
export async function readBy(recipe: Recipe, port: number, token: string): Promise<string | null> {
  const answer = await httpRequest({ port, path: recipe.read, timeoutMs: 5_000 });
  if (!isAnswer(answer) || answer.status !== 200 || !answer.body.includes(token)) return null;
  return itemWith(parseJson(answer.body), token) ?? answer.body;
}

function statedRecipe(tree: string): Recipe | null {
  const file = ".twelve-factor-check.json";
  if (!existsSync(join(tree, file))) return null;
  const data = parseJson(readFileSync(join(tree, file), "utf8"));
  const stated = member(data, "recipe");
  const create = member(stated, "create");
  const [method, path, body] = [member(create, "method"), member(create, "path"), member(create, "body")];
  const read = member(stated, "read");
  if (typeof path !== "string" || typeof read !== "string") return null;
  return {
    create: { method: typeof method === "string" ? method : "POST", path, body: JSON.stringify(body ?? {}) },
    read,
    from: file,
  };
}

function recipeIn(api: unknown, from: string): Recipe | null {
  const paths = member(api, "paths");
  if (typeof paths !== "object" || paths === null) return null;
  for (const [path, operations] of Object.entries(paths)) {
    const post = member(operations, "post");
    if (!post || !member(operations, "get") || path.includes("{")) continue;
    const media = member(member(member(post, "requestBody"), "content"), "application/json");
    const sample = sampleOf(api, member(media, "schema"), 0);
    if (typeof sample !== "object" || sample === null || !JSON.stringify(sample).includes("{token}"))
      continue;
    return { create: { method: "POST", path, body: JSON.stringify(sample) }, read: path, from };
  }
  return null;
}

/** The smallest value that the schema allows, with the token in every free string. */
function sampleOf(api: unknown, stated: unknown, depth: number): unknown {
  if (depth > 8) return null;
  const reference = member(stated, "$ref");
  if (typeof reference === "string") {
    const target = reference.replace(/^#\//, "").split("/").reduce<unknown>(member, api);
    return sampleOf(api, target, depth + 1);
  }
  const values = member(stated, "enum");
  if (Array.isArray(values)) return values[0];
  switch (member(stated, "type")) {
    case "object": {
      const properties = member(stated, "properties") ?? {};
      const required = member(stated, "required");
      const needed = Object.entries(properties).filter(
        ([name]) => !Array.isArray(required) || required.includes(name),
      );
      return Object.fromEntries(needed.map(([name, schema]) => [name, sampleOf(api, schema, depth + 1)]));
    }
    case "array":
      return [sampleOf(api, member(stated, "items"), depth + 1)];
    case "integer":
    case "number":
      return member(stated, "minimum") ?? 1;
    case "boolean":
      return true;
    case "string":
      return member(stated, "format") === "email" ? "{token}@example.com" : "{token}";
    default:
      return null;
  }
}

function itemWith(data: unknown, token: string): string | null {
  if (typeof data !== "object" || data === null) return null;
  const isInside = (value: unknown) => JSON.stringify(value)?.includes(token);
  if (
    !Array.isArray(data) &&
    Object.values(data).some((value) => typeof value === "string" && value.includes(token))
  ) {
    return JSON.stringify(data);
  }
  for (const value of Object.values(data)) {
    if (!isInside(value)) continue;
    const item = itemWith(value, token);
    if (item) return item;
  }
  return null;
}

function member(data: unknown, key: string): unknown {
  return typeof data === "object" && data !== null && Object.hasOwn(data, key)
    ? (data as { readonly [name: string]: unknown })[key]
    : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
