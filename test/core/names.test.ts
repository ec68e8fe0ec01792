import { describe, expect, it } from "vitest";
import { nameFrom, nameProblem } from "../../src/core/names.ts";

describe("nameProblem", () => {
  it.each(["shop", "my-app", "a", "a1", "x".repeat(63)])("accepts %s", (name) => {
    expect(nameProblem(name)).toBeNull();
  });

  it.each([
    ...[
      "",
      ".",
      "..",
      "../x",
      "-rf",
      "CON",
      "con",
      "aux.txt",
      "trailing.",
      "trailing ",
      "node_modules",
      "test",
      "class",
    ],
    ...[
      "x".repeat(64),
      "x".repeat(300),
      "a\nRUN id",
      "a\0",
      "\uFFFD",
      "Shop",
      "9lives",
      "shop-",
      "xn--abc",
      "lpt1",
    ],
  ])("refuses %j", (name) => {
    expect(nameProblem(name)).toEqual(expect.any(String));
  });
});

describe("nameFrom", () => {
  it.each([
    ["My App", "my-app"],
    ["../x", "x"],
    ["-rf", "rf"],
    ["Café Zoë", "cafe-zoe"],
    ["test", "test-app"],
    ["node_modules", "node-modules-app"],
    ["", "my-app"],
    ["42", "my-app"],
    ["x".repeat(300), "x".repeat(63)],
  ])("%j suggests %s", (text, name) => {
    expect(nameFrom(text)).toBe(name);
    expect(nameProblem(nameFrom(text))).toBeNull();
  });
});
