import { Failure } from '@bindery/server/local'
import { FLAGS, type Flag, SERVER_FLAGS } from './flags.js'
import type { Language } from './language.js'

/** The values of `--language`: those of this command and of ossutil. */
const LANGUAGES: Readonly<Record<string, Language>> = { en: 'en', zh: 'zh', ch: 'zh' }

/** A command line whose first word is the command. */
export interface CommandLine {
  readonly args: readonly string[]
  /** The value of `--language`, wherever it was given. */
  readonly language: Language | undefined
  /** Whether it is one of ossutil 1: `--compat ossutil`. */
  readonly isOssutil: boolean
}

/**
 * Takes `--language` and `--compat` out of a command line, and moves the flags of every command, which may precede its name,
 * behind it. Throws Failure `valueMissing`, `valueInvalid`.
 */
export function readCommandLine(given: readonly string[]): CommandLine {
  // words of another command line follow
  if (given[0] === 'completion') return { args: given, language: undefined, isOssutil: false }
  const [withoutLanguage, word] = taken(given, '--language', 'LANGUAGE')
  const language = word === undefined ? undefined : LANGUAGES[word.toLowerCase().slice(0, 2)]
  if (word !== undefined && language === undefined) throw invalid('--language', word, 'en, zh')
  const [args, compat] = taken(withoutLanguage, '--compat', 'PROGRAM')
  if (compat !== undefined && compat !== 'ossutil') throw invalid('--compat', compat, 'ossutil')
  const flags: string[] = []
  let at = 0
  while (isGlobalFlag(args[at])) {
    const takesValue = globalFlag(args[at])?.value !== undefined && args[at]?.includes('=') === false
    const end = at + (takesValue ? 2 : 1)
    flags.push(...args.slice(at, end))
    at = end
  }
  const [command, ...rest] = args.slice(at)
  const ordered = command === undefined ? flags : [command, ...rest, ...flags]
  return { args: ordered, language, isOssutil: compat === 'ossutil' }
}

function invalid(name: string, value: string, expected: string): Failure {
  return new Failure('valueInvalid', { name, value, expected })
}

/** The arguments without a flag, and the value of the flag. */
function taken(
  args: readonly string[],
  name: string,
  placeholder: string,
): readonly [rest: readonly string[], value: string | undefined] {
  const end = args.indexOf('--')
  const at = args.findIndex((one, index) => (end === -1 || index < end) && (one === name || one.startsWith(`${name}=`)))
  if (at === -1) return [args, undefined]
  const [, inline] = (args[at] ?? '').split('=', 2)
  const value = inline ?? args[at + 1]
  if (value === undefined || value === '') throw new Failure('valueMissing', { flag: name, placeholder })
  return [[...args.slice(0, at), ...args.slice(at + (inline === undefined ? 2 : 1))], value]
}

/** The words that are left of a command line that is being typed: without what may precede the command. */
export function fromCommand(words: readonly string[]): readonly string[] {
  const [first] = words
  const isOther = first === '--language' || first === '--compat'
  if (!isOther && !isGlobalFlag(first)) return words
  const takesValue = isOther || (globalFlag(first)?.value !== undefined && first?.includes('=') === false)
  return fromCommand(words.slice(takesValue ? 2 : 1))
}

function isGlobalFlag(text: string | undefined): boolean {
  return globalFlag(text) !== undefined
}

/** The flag of every command that a word is. */
function globalFlag(text: string | undefined): Flag | undefined {
  const [spelling = ''] = (text ?? '').split('=', 1)
  const found = SERVER_FLAGS.find((name) => {
    const { spellings = [] }: Flag = FLAGS[name]
    return spelling === `--${name}` || spellings.includes(spelling)
  })
  return found === undefined ? undefined : FLAGS[found]
}
