import { printable } from "../../core/printable.ts";

/** Most paths by far: nothing in them is special to any system, and no Unicode table is needed to see that. */
const ordinary = /^\.?[a-zA-Z0-9_@+-][a-zA-Z0-9_@+.-]*(\/\.?[a-zA-Z0-9_@+-][a-zA-Z0-9_@+.-]*)*$/;
const reserved = /(^|\/)\.(git|twelve-factor)\.*(\/|$)/i;
const suspicious = /[. ](\/|$)|(^|\/)(con|prn|aux|nul|com\d|lpt\d) *(\.|\/|$)/i;

/** Why a path must never be written to, whoever asks; null when it may be. */
export function escapeReason(path: string): string | null {
  if (ordinary.test(path) && !reserved.test(path)) return null;
  if (path === "") return "it is empty";
  if (!path.isWellFormed() || /[\0\uFFFD]/.test(path)) return "it holds a character that no file name has";
  if (path.includes("\\")) return "it holds a backslash";
  if (path.startsWith("/") || /^[a-z]:/i.test(path)) return "it is absolute";
  const segments = path.split("/");
  if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
    return "it has an empty, `.` or `..` segment";
  }
  if (segments.some(isGitDirectory)) return "it leads into git's own directory";
  if (foldName(segments[0] ?? "") === ".twelve-factor") return "it leads into the journal of this program";
  return null;
}

/** Why a new file must not get this name, as some system could not hold it; null when it may. */
export function unportableReason(path: string): string | null {
  if (path.length <= 80 && ordinary.test(path) && !suspicious.test(path)) return null;
  for (const segment of path.split("/")) {
    if (/[<>:"|?*\0-\x1f\x7f-\x9f]/.test(segment))
      return `\`${printable(segment)}\` holds a character that Windows refuses`;
    if (invisible.test(segment)) return `\`${printable(segment)}\` holds a character that can't be seen`;
    if (/^[^.]{1,8}~\d+(\.[^.]{0,3})?$/.test(segment))
      return `\`${segment}\` may be the short name of another file on Windows`;
    if (/[. ]$/.test(segment)) return `\`${segment}\` ends with a dot or a space`;
    if (
      /^(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$) *(\.|$)/i.test(
        segment,
      )
    ) {
      return `\`${segment}\` is a reserved name on Windows`;
    }
    if (Buffer.byteLength(segment) > 255) return "one of its names is longer than 255 bytes";
  }
  return null;
}

/** HFS+ overlooks most of these, and a reader all. */
const invisible = /[\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/;

/** Equal for two names that some file system takes for one: by case, or by Unicode normalisation. */
export function foldName(name: string): string {
  if (/^[ -~]*$/.test(name)) return name.toLowerCase();
  return name.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/** Also in the disguises that HFS+ and NTFS see through. */
function isGitDirectory(segment: string): boolean {
  const seen = segment
    .replace(/[\u200C-\u200F\u202A-\u202E\u206A-\u206F\uFEFF]/g, "")
    .replace(/:.*$/, "")
    .replace(/[. ]+$/, "")
    .toLowerCase();
  return seen === ".git" || seen === "git~1";
}
