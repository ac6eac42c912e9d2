import { closeSync, fstatSync, type Stats, writeSync } from 'node:fs'
import {
  type Config,
  explainConfig,
  Failure,
  labelOf,
  readConfig,
  reloadOnHangup,
  StopSignals,
  startServer,
  switchLogLevelOnSignal,
} from '@bindery/server'
import { banner, readyLine } from '../banner.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { messagesIn } from '../messages.js'
import { ownName } from '../own-name.js'
import { version } from '../version.js'

const EMPTY = new Uint8Array(0)
/** Those that Node.js opens before the server have lower numbers. */
const OWN_DESCRIPTORS = 64

/** `bindery serve [DIR]`: runs a server until a signal stops it. */
export async function serve({ args, env, language }: Invocation): Promise<ExitCode> {
  const messages = messagesIn(language)
  const config: Config = readConfig(args, env)
  if (config.readyFd !== undefined) requireDescriptor(config.readyFd)
  const signals = new StopSignals(env)
  const say = (text: string) => {
    if (!config.json) process.stdout.write(`${text}\n`)
  }
  const server = await signals.whileStarting(
    (givenUp) => startServer(config, version(), explainConfig(args, env), givenUp),
    // as safe as the end of a process that is killed
    () => process.exit(EXIT.interrupted),
  )
  if (server === undefined) {
    say(messages.stopped)
    process.exit(EXIT.ok)
  }
  const { configuration } = server
  switchLogLevelOnSignal(config.logLevel, (level) => configuration.setLogLevel(level))
  reloadOnHangup(async () => {
    try {
      await configuration.reload(readConfig(args, env), explainConfig(args, env))
    } catch (error) {
      configuration.failed(error)
    }
  })
  // The process that started it may stop reading once it has the endpoint.
  process.stdout.on('error', () => {})
  if (config.readyFd !== undefined) reportReady(config.readyFd, readyLine(config, server))
  process.stdout.write(config.json ? readyLine(config, server) : banner(config, server, messages, ownName(env)))
  const { cut } = await signals.runUntilSignal(server, () => say(messages.stopping))
  say(cut === 0 ? messages.stopped : messages.stoppedCutting(cut))
  // while Node.js takes down its environment after a return, a further signal would end the process with its own exit code
  process.exit(cut === 0 ? EXIT.ok : EXIT.interrupted)
}

/** Throws Failure `descriptorUnusable` where nothing is open that can be written to and closed. */
function requireDescriptor(descriptor: number): void {
  const file = statOf(descriptor)
  const isPlace = file?.isFIFO() || file?.isSocket() || file?.isFile() || file?.isCharacterDevice()
  if (file === undefined || !isPlace || !isWritable(descriptor) || isOwnPipe(descriptor, file))
    throw new Failure('descriptorUnusable', { name: labelOf('readyFd'), descriptor })
}

function statOf(descriptor: number): Stats | undefined {
  try {
    return fstatSync(descriptor)
  } catch {
    return undefined
  }
}

function isWritable(descriptor: number): boolean {
  try {
    writeSync(descriptor, EMPTY)
    return true
  } catch (error) {
    // one that was opened to be read; a reader may have left
    return (error as NodeJS.ErrnoException).code !== 'EBADF'
  }
}

/** Whether it is a pipe of which this process has the end to read as well, as Node.js needs some: without them it crashes. */
function isOwnPipe(descriptor: number, file: Stats): boolean {
  if (!file.isFIFO()) return false
  for (let other = 3; other < OWN_DESCRIPTORS; other += 1) {
    const found = other === descriptor ? undefined : statOf(other)
    if (found?.ino === file.ino && found.dev === file.dev && !isWritable(other)) return true
  }
  return false
}

/** The process that started the server may have stopped reading. */
function reportReady(descriptor: number, line: string): void {
  try {
    writeSync(descriptor, line)
  } catch {}
  closeSync(descriptor)
}
