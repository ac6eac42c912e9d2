import { Failure, nearest, OPTIONS, type OptionName } from '@bindery/server'
import { readArguments } from '../arguments.js'
import { columnsOf, padColumns } from '../columns.js'
import { COMMAND_NAMES, COMMANDS, type Command, type CommandName, type Invocation, isCommand } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import type { Language } from '../language.js'
import { type Messages, messagesIn } from '../messages.js'

/** `bindery help [COMMAND]`. Throws Failure `unknownCommand`. */
export async function helpCommand({ args, language }: Invocation): Promise<ExitCode> {
  const [name] = readArguments(args, [], 1).positionals
  const messages = messagesIn(language)
  process.stdout.write(name === undefined ? overview(messages) : await pageIn(language, requireCommand(name)))
  return EXIT.ok
}

/** The help page of a command. */
export async function pageIn(language: Language, name: CommandName): Promise<string> {
  if (name !== 'admin') return pageOf(name, messagesIn(language))
  const { adminPage } = await import('./admin.js')
  return adminPage(language)
}

/** Throws Failure `unknownCommand`, with the name that was probably meant. */
export function requireCommand(name: string): CommandName {
  if (isCommand(name)) return name
  throw new Failure('unknownCommand', { command: name, suggestion: nearest(name, [...COMMAND_NAMES]) })
}

/** The commands, one per line, and where to read more. */
export function overview(messages: Messages): string {
  const { help, commands } = messages
  const left = COMMAND_NAMES.map((name) => `  bindery ${name} ${COMMANDS[name].synopsis}`.trimEnd())
  const width = Math.max(...left.map(columnsOf)) + 2
  const lines = COMMAND_NAMES.map((name, index) => `${padColumns(left[index] ?? '', width)}${commands[name].summary}`)
  return `${[help.title, '', ...lines, '', help.more, help.exitCodes].join('\n')}\n`
}

/** A help page from the table of commands: its arguments, flags and examples; for `serve`, every option with its default. */
export function pageOf(name: CommandName, messages: Messages): string {
  const { help, commands } = messages
  const command: Command = COMMANDS[name]
  const { summary, details, flags } = commands[name]
  const width = Math.max(0, ...command.flags.map((flag) => flag.length)) + 6
  const sections = [
    `bindery ${name} ${command.synopsis}`.trimEnd(),
    [summary, ...details].join('\n'),
    command.flags.map((flag) => `  ${padColumns(`--${flag}`, width)}${flags[flag] ?? ''}`).join('\n'),
    `${help.examples}\n${command.examples.map((line) => `  ${line}`).join('\n')}`,
    name === 'serve'
      ? `${help.options}\n\n${optionNames()
          .map((option) => entry(option, messages))
          .join('\n')}`
      : '',
  ]
  return `${sections
    .filter((section) => section !== '')
    .join('\n\n')
    .trimEnd()}\n`
}

function optionNames(): OptionName[] {
  return Object.keys(OPTIONS) as OptionName[]
}

function entry(name: OptionName, messages: Messages): string {
  const { flag, variable, codec, fallback } = OPTIONS[name]
  const flagText = flag === 'argument' ? codec.placeholder : [flag, codec.placeholder].filter(Boolean).join(' ')
  const names =
    flag === undefined ? `${variable}=${codec.placeholder}` : [flagText, variable].filter(Boolean).join(', ')
  const isDefault = fallback !== undefined && fallback !== '' && codec.placeholder !== undefined
  const note = isDefault ? ` [${fallback}]` : ''
  return `  ${names}\n      ${messages.option(name)}${note}\n`
}
