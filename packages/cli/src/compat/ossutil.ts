import { Failure } from '@bindery/server/local'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { messagesIn } from '../messages.js'
import { isAddress, parseAddress } from '../objects/address.js'
import { complain, write } from '../objects/output.js'
import { asOssutil } from '../objects/settings.js'
import { withEffect } from './arguments.js'
import { du, hash, stat } from './describe.js'
import { getallpartsize, listpart, ls } from './listings.js'
import { rm } from './remove.js'
import { ossutilText } from './transfers.js'

/** A command of ossutil; it prints what that prints. */
type CompatCommand = (invocation: Invocation) => Promise<void>

/** Commands whose output is made here. */
const RENDERED: Readonly<Record<string, CompatCommand>> = {
  ls: ({ args, env }) => ls(args, env),
  listpart: ({ args, env }) => listpart(args, env),
  getallpartsize: ({ args, env }) => getallpartsize(args, env),
  stat: ({ args, env }) => stat(args, env),
  hash: ({ args }) => hash(args),
  du: ({ args, env }) => du(args, env),
  rm: ({ args, env }) => rm(args, env),
}

/** Commands that are those of `bindery`, by the names of ossutil; of these only data is printed. */
const OTHERS: Readonly<Record<string, (args: readonly string[]) => readonly string[]>> = {
  cp: (args) => ['cp', ...args],
  sync: (args) => ['sync', ...args],
  cat: (args) => ['cat', ...args],
  sign: (args) => ['presign', ...args],
  mb: (args) => ['mb', ...args],
  mkdir: (args) => ['mkdir', ...args],
  'set-acl': ([address = '', acl = '', ...rest]) => ['set-props', address, '--acl', acl, ...rest],
  'set-meta': ([address = '', meta = '', ...rest]) => [
    'set-props',
    address,
    '--meta',
    meta,
    ...rest.filter((one) => one !== '--update'),
  ],
  'create-symlink': ([link = '', target = '', ...rest]) => ['symlink', target, link, ...rest],
  restore: (args) => ['restore', ...args],
}
/** Commands whose own output is silence. */
const SILENT: ReadonlySet<string> = new Set(['mb', 'mkdir', 'set-acl', 'set-meta', 'create-symlink', 'restore'])
/** Commands that end without their duration. */
const UNTIMED: ReadonlySet<string> = new Set(['hash'])

/**
 * Runs a command line of ossutil 1 and prints what that would print: errors on standard output, and exit code 1 for all of
 * them. Rejects with errors that are not a Failure.
 */
export async function ossutil([name = 'help', ...rest]: readonly string[], invocation: Invocation): Promise<ExitCode> {
  const started = performance.now()
  return asOssutil(SILENT.has(name), async () => {
    try {
      const rendered = RENDERED[name]
      const other = OTHERS[name]
      if (rendered !== undefined) await rendered({ ...invocation, args: rest })
      else if (other !== undefined) {
        const exit = await invocation.dispatch(other(withEffect(rest)))
        if (exit !== EXIT.ok) return exit === EXIT.interrupted ? exit : EXIT.usage
      } else throw new Failure('unknownCommand', { command: name, suggestion: undefined })
      if (name === 'cat') await write('\n')
      if (!UNTIMED.has(name))
        process.stdout.write(`\n${((performance.now() - started) / 1_000).toFixed(6)}(s) elapsed\n`)
      return EXIT.ok
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      complain(textOf(error, name, rest) ?? messagesIn(invocation.language).failure(error))
      return EXIT.usage
    }
  })
}

/** The words of ossutil for a failure; undefined where it has none that are known here. */
function textOf(failure: Failure, name: string, args: readonly string[]): string | undefined {
  if (failure.kind === 'unknownCommand') return `no such command: "${name}", please try "help" for more information`
  const text = ossutilText(failure)
  const listed = name === 'ls' ? args.find((one) => isAddress(one)) : undefined
  if (text === undefined || listed === undefined) return text
  const { bucket, key } = parseAddress(listed)
  return `${text}, Bucket=${bucket}, Object=${key}`
}
