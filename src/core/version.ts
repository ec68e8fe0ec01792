declare const __VERSION__: string;
declare const __PUBLISHED__: boolean | undefined;

/** The running release; the build and the tests define it from package.json. */
export const version: string = __VERSION__;

/**
 * What the CI of an emitted repo runs to check it: this very release. Null unless it was built for the registry, since
 * a name that the registry doesn't have would fail there, or be someone else's.
 */
export const checker: string | null =
  typeof __PUBLISHED__ === "boolean" && __PUBLISHED__ ? `create-twelve-factor@${version}` : null;
