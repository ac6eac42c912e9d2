import { closeSync, fstatSync, writeSync } from 'node:fs'
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
  try {
    const file = fstatSync(descriptor)
    if (file.isFIFO() || file.isSocket() || file.isFile() || file.isCharacterDevice()) return
  } catch {}
  throw new Failure('descriptorUnusable', { name: labelOf('readyFd'), descriptor })
}

/** The process that started the server may have stopped reading. */
function reportReady(descriptor: number, line: string): void {
  try {
    writeSync(descriptor, line)
  } catch {}
  closeSync(descriptor)
}
