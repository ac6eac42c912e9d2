import { COMMAND_NAMES, COMMANDS, type Command, type CommandName } from './command.js'
import { FLAGS, type Flag, type FlagName, flagText } from './flags.js'
import type { Language } from './language.js'
import type { CommandText } from './messages/sentences.js'
import { messagesIn } from './messages.js'

/** A flag of a command. */
export interface FlagReference extends Flag {
  readonly flag: FlagName
  /** With its placeholder and its other spellings. */
  readonly usage: string
  readonly text: string
}

/** A command, as help pages, the reference page and programs describe it. */
export interface CommandReference {
  readonly name: CommandName
  readonly synopsis: string
  readonly summary: string
  readonly details: readonly string[]
  readonly flags: readonly FlagReference[]
  readonly examples: readonly string[]
}

/** The description of a command in a language. */
export function referenceOf(name: CommandName, language: Language): CommandReference {
  const messages = messagesIn(language)
  const { synopsis, flags, examples }: Command = COMMANDS[name]
  const { summary, details, flags: texts }: CommandText = messages.commands[name]
  const all = flags.map((flag) => {
    const row: Flag = FLAGS[flag]
    return { flag, ...row, usage: flagText(flag), text: texts[flag] ?? messages.flags[flag] }
  })
  return { name, synopsis, summary, details, flags: all, examples }
}

/** The descriptions of all commands in a language, in the order of the help page. */
export function commandReferences(language: Language): readonly CommandReference[] {
  return COMMAND_NAMES.map((name) => referenceOf(name, language))
}
