import { Failure, nearest } from '@bindery/server/local'
import { readArguments } from '../arguments.js'
import { COMMAND_NAMES, type CommandName, commandOf, type Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { overview, pageOf } from '../help-page.js'
import type { Language } from '../language.js'
import { messagesIn } from '../messages.js'
import { writeJson } from '../objects/output.js'
import { referenceOf } from '../reference.js'

/** `bindery help [COMMAND]`. Throws Failure `unknownCommand`. */
export async function helpCommand({ args, language }: Invocation): Promise<ExitCode> {
  const { positionals, flags } = readArguments('help', args, 2)
  const [name, argument] = positionals
  if (flags.has('json')) {
    for (const one of name === undefined ? COMMAND_NAMES : [requireCommand(name)])
      await writeJson(referenceOf(one, language))
    return EXIT.ok
  }
  process.stdout.write(
    name === undefined ? overview(messagesIn(language)) : await pageIn(language, requireCommand(name), argument),
  )
  return EXIT.ok
}

/** The help page of a command; `argument` is the one after it, by which the page of \`api\` is chosen. Throws Failure \`unknownCommand\`. */
export async function pageIn(language: Language, name: CommandName, argument?: string): Promise<string> {
  if (name === 'api') {
    const { apiPage } = await import('./api.js')
    return apiPage(language, argument?.startsWith('-') === false ? argument : undefined)
  }
  if (name === 'serve') {
    const { optionsPage } = await import('./serve-options.js')
    return `${pageOf(name, language)}\n${optionsPage(language)}`
  }
  if (name !== 'admin') return pageOf(name, language)
  const { adminPage } = await import('./admin.js')
  return adminPage(language)
}

/** Throws Failure `unknownCommand`, with the name that was probably meant. */
export function requireCommand(name: string): CommandName {
  const found = commandOf(name)
  if (found !== undefined) return found
  const suggestion = OTHER_NAMES.get(name) ?? nearest(name, [...COMMAND_NAMES])
  throw new Failure('unknownCommand', { command: name, suggestion })
}

/** Names that other programs have for a command, and that are nearer to another one in their letters, or to none. */
const OTHER_NAMES: ReadonlyMap<string, CommandName> = new Map([
  ['start', 'serve'],
  ['server', 'serve'],
  ['copy', 'cp'],
  ['upload', 'cp'],
  ['download', 'cp'],
  ['get', 'cp'],
  ['move', 'mv'],
  ['rename', 'mv'],
  ['delete', 'rm'],
  ['del', 'rm'],
  ['remove', 'rm'],
  ['list', 'ls'],
  ['dir', 'ls'],
  ['head', 'stat'],
  ['info', 'stat'],
  ['checksum', 'hash'],
  ['rsync', 'sync'],
  ['sign', 'presign'],
])
