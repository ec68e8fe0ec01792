/** A name with hyphens as an identifier: `purge-expired` is `purgeExpired`. */
export function identifier(name: string): string {
  return name.replace(/-+(.)/g, (_, letter: string) => letter.toUpperCase());
}
