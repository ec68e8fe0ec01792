/** Where the user's settings are on this system; null where nobody can tell. */
export function configFolder(): string | null {
  const { XDG_CONFIG_HOME, HOME, APPDATA } = process.env;
  const folder =
    process.platform === "win32" ? APPDATA : XDG_CONFIG_HOME || (HOME ? `${HOME}/.config` : undefined);
  return folder ? `${folder}/create-twelve-factor` : null;
}
