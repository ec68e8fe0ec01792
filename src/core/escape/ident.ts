import type { Format, Target } from "./format-of.ts";
import { refuse } from "./refuse.ts";

/** A name in the target's language. Data formats take hyphens too. */
export function ident(value: unknown, target: Target): string {
  const text = typeof value === "string" ? value : "";
  const programming = RESERVED[target.format];
  const pattern = programming === undefined ? /^[A-Za-z_][A-Za-z0-9_-]*$/ : /^[A-Za-z_][A-Za-z0-9_]*$/;
  if (!pattern.test(text)) return refuse(target, value, "it is no identifier there");
  if (programming?.includes(` ${text} `)) return refuse(target, value, "the language reserves it");
  if (!programming && KEYWORDS.test(text))
    return refuse(target, value, "the format reads it as something else than a name");
  return text;
}

/** The name of an environment variable. */
export function envName(value: unknown, target: Target): string {
  if (typeof value === "string" && /^[A-Za-z_][A-Za-z0-9_]*$/.test(value)) return value;
  return refuse(target, value, "it is no name of an environment variable");
}

const KEYWORDS = /^(true|false|yes|no|on|off|y|n|null|nan|inf)$/i;

const RESERVED: { readonly [format in Format]?: string } = {
  sh: " case do done elif else esac fi for if in then until while ",
  makefile: "",
  dotenv: "",
  sql: " all and any as asc between by case check column constraint create default delete desc distinct drop else end exists false foreign from grant group having in index insert into is join key like limit not null on or order primary references select set table then to true union unique update user using values view when where with ",
  javascript:
    " abstract any arguments as async await boolean break case catch class const constructor continue debugger declare default delete do else enum eval export extends false finally for from function get if implements import in instanceof interface is keyof let module namespace never new null number object of package private protected public readonly require return set static string super switch symbol this throw true try type typeof undefined unique unknown var void while with yield ",
  java: " _ abstract assert boolean break byte case catch char class const continue default do double else enum extends false final finally float for goto if implements import instanceof int interface long native new null package permits private protected public record return sealed short static strictfp super switch synchronized this throw throws transient true try var void volatile while yield ",
  go: " _ any append bool break byte cap case chan clear close complex const continue copy default defer delete else error fallthrough false float32 float64 for func go goto if import init int int64 interface iota len main make map max min new nil package panic print range return rune select string struct switch true type uint var ",
  python:
    " False None True and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try type while with yield ",
  rust: " _ Self abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen if impl in let loop macro match mod move mut override priv pub ref return self static struct super trait true try type typeof union unsafe unsized use virtual where while yield ",
};
