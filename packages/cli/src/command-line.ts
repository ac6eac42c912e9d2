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
}

/**
 * Takes `--language` out of a command line, and moves the flags of every command, which may precede its name, behind it. Throws
 * Failure `valueMissing`, `valueInvalid`.
 */
export function readCommandLine(given: readonly string[]): CommandLine {
  const { args, language } = withoutLanguage(given)
  const flags: string[] = []
  let at = 0
  while (isGlobalFlag(args[at])) {
    const takesValue = globalFlag(args[at])?.value !== undefined && args[at]?.includes('=') === false
    const end = at + (takesValue ? 2 : 1)
    flags.push(...args.slice(at, end))
    at = end
  }
  const [command, ...rest] = args.slice(at)
  return { args: command === undefined ? flags : [command, ...rest, ...flags], language }
}

function withoutLanguage(args: readonly string[]): CommandLine {
  const end = args.indexOf('--')
  const at = args.findIndex(
    (one, index) => (end === -1 || index < end) && (one === '--language' || one.startsWith('--language=')),
  )
  if (at === -1) return { args, language: undefined }
  const [flag = '', inline] = (args[at] ?? '').split('=', 2)
  const value = inline ?? args[at + 1]
  if (value === undefined || value === '') throw new Failure('valueMissing', { flag, placeholder: 'LANGUAGE' })
  const language = LANGUAGES[value.toLowerCase().slice(0, 2)]
  if (language === undefined) throw new Failure('valueInvalid', { name: flag, value, expected: 'en, zh' })
  return { args: [...args.slice(0, at), ...args.slice(at + (inline === undefined ? 2 : 1))], language }
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
