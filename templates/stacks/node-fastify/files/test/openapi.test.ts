import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { RouteOptions } from "fastify";
import { parse } from "yaml";
import { startApp } from "./start-app.ts";

type Json = { readonly [key: string]: Json };

const document: Json = parse(readFileSync("openapi.yaml", "utf8"));

test("openapi.yaml and the routes say the same", async (t) => {
  const { app } = startApp(t);
  const routes: Record<string, unknown> = {};
  app.addHook("onRoute", (route) => {
    if (route.method !== "HEAD") routes[nameOf(route)] = describeRoute(route);
  });
  await app.ready();
  assert.deepEqual(describeDocument(), routes);
});

function nameOf({ method, url }: RouteOptions): string {
  return `${String(method).toLowerCase()} ${url.replace(/:(\w+)/g, "{$1}")}`;
}

function describeRoute({ schema = {} }: RouteOptions) {
  const { body = null, params = null, response = {} } = schema;
  return JSON.parse(JSON.stringify({ body, params, response }));
}

function describeDocument() {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [
      `${method} ${path}`,
      {
        body: contentOf(operation.requestBody),
        params: paramsOf(Object.values(operation.parameters ?? {})),
        response: responsesOf(operation.responses ?? {}),
      },
    ]),
  );
  return Object.fromEntries(operations);
}

function contentOf(holder: Json | undefined): unknown {
  return resolve(holder?.content?.["application/json"]?.schema ?? null);
}

function paramsOf(parameters: readonly Json[]): unknown {
  if (parameters.length === 0) return null;
  return {
    type: "object",
    required: parameters.map(({ name }) => name),
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, resolve(schema)])),
  };
}

function responsesOf(responses: Json): unknown {
  const own = Object.entries(responses).filter(([code]) => code !== "default");
  return Object.fromEntries(own.map(([code, response]) => [code, contentOf(response)]));
}

/** The schema with what it refers to in its place. */
function resolve(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(resolve);
  if (typeof schema !== "object" || schema === null) return schema;
  if ("$ref" in schema) {
    const keys = String(schema.$ref).slice(2).split("/");
    return resolve(keys.reduce<Json | undefined>((at, key) => at?.[key], document));
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolve(value)]));
}
