/** Where the user's caches are on this system; null where nobody can tell. Of the entry point, so without a module of Node. */
export function cacheFolder(): string | null {
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA } = process.env;
  const inHome = (path: string) => (HOME ? `${HOME}/${path}` : null);
  if (process.platform === "win32") return LOCALAPPDATA || null;
  return process.platform === "darwin" ? inHome("Library/Caches") : XDG_CACHE_HOME || inHome(".cache");
}
