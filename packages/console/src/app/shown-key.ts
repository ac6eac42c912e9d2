/** Characters that a reader cannot see, or that change the direction of what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const UNSEEN = /[\0-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** A key as people see it: what would be invisible, or would disguise another name, is written as its number. */
export function shownKey(key: string): string {
  return key.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** The part of a key after a prefix. */
export function nameBelow(prefix: string, key: string): string {
  return shownKey(key.startsWith(prefix) ? key.slice(prefix.length) : key)
}
