export type Load = (url: string) => Promise<object>;

let load: Load;

/** The `import()` that was given: one in the bundle's own text would be a `require`. */
export function loadModule(url: string): Promise<object> {
  return load(url);
}

export function loadBy(given: Load): void {
  load = given;
}
