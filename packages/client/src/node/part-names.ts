/** Names of the files that an unfinished download has in the folder of its target. */
import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'

/** The files of one unfinished download. */
export interface PartNames {
  /** The bytes. */
  readonly part: string
  /** The ranges that were written. */
  readonly note: string
  /** Keeps other processes away. */
  readonly lock: string
}

/** The longest name of a file, in bytes of UTF-8. */
const NAME_BYTES_MAX = 255
const SUFFIX = '.bindery-part'
/** For what follows the name: the suffix, that of a note, and that of a note which is being written. */
const ROOM_BYTES = 40
const DIGITS = 16

/** Processes of different containers may have the same number, so names of their own are random. */
const OWN_BYTES = 4

/** The names in the folder of a target. A download that is not continued has them for itself: `isAlone`. */
export function partNames(target: string, isAlone: boolean): PartNames {
  const { dir, base } = path.parse(target)
  const own = isAlone ? `.${randomBytes(OWN_BYTES).toString('hex')}` : ''
  const part = path.join(dir, `${shortened(base)}${own}${SUFFIX}`)
  return { part, note: `${part}.json`, lock: `${part}.lock` }
}

/** Whether a file is one of those of an unfinished download. */
export function isPartName(name: string): boolean {
  return /\.bindery-part(?:\.(?:json|lock)(?:\.\d+\.(?:tmp|old))?)?$/.test(name)
}

/** A name that leaves room for what follows it: of a long one the beginning, and its checksum instead of the rest. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) + ROOM_BYTES <= NAME_BYTES_MAX) return name
  const digits = createHash('sha256').update(name).digest('hex').slice(0, DIGITS)
  let beginning = ''
  for (const character of name) {
    if (Buffer.byteLength(beginning + character) + ROOM_BYTES + DIGITS + 1 > NAME_BYTES_MAX) break
    beginning += character
  }
  return `${beginning}~${digits}`
}
