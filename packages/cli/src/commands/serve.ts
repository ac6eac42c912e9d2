import { type Config, readConfig, StopSignals, startServer } from '@bindery/server'
import { banner, readyLine } from '../banner.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { messagesIn } from '../messages.js'

/** `bindery serve [DIR]`: runs a server until a signal stops it. */
export async function serve({ args, env, language }: Invocation): Promise<ExitCode> {
  const messages = messagesIn(language)
  const config: Config = readConfig(args, env)
  const signals = new StopSignals()
  const server = await startServer(config)
  // The process that started it may stop reading once it has the endpoint.
  process.stdout.on('error', () => {})
  process.stdout.write(config.json ? readyLine(config, server) : banner(config, server, messages))
  const say = (text: string) => {
    if (!config.json) process.stdout.write(`${text}\n`)
  }
  const { cut } = await signals.runUntilSignal(server, () => say(messages.stopping))
  say(cut === 0 ? messages.stopped : messages.stoppedCutting(cut))
  return cut === 0 ? EXIT.ok : EXIT.interrupted
}
