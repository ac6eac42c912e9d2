import { readArguments, requireArguments } from '../arguments.js'
import { COMMANDS, type Command, commandOf, type Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { runWordsIn } from '../messages/run.js'
import { numberOf } from '../objects/arguments.js'
import { complain, note, writeJson } from '../objects/output.js'
import { amongOthers } from '../objects/settings.js'
import { wordsOf } from '../objects/words.js'
import { ownName } from '../own-name.js'
import { linesOf } from '../transfer/sources.js'

const DEFAULT_JOBS = 5
/** Commands that do not end, or that would read the lines that follow. */
const REFUSED: ReadonlySet<string | undefined> = new Set(['serve', 'run', 'put'])

/** `bindery run FILE`: runs command lines, several at a time, in one process. Throws Failure. */
export async function runCommand({ args, env, language, dispatch }: Invocation): Promise<ExitCode> {
  const { positionals, values, flags } = readArguments('run', args, 1)
  const [file] = requireArguments(positionals, 'run', ['FILE'])
  const jobs = numberOf('--jobs', values.get('jobs'), 1, 64) ?? DEFAULT_JOBS
  const words = runWordsIn(language)
  const hasJson = flags.has('json')
  const batch = new Batch(
    (line) => dispatch(hasJson ? withJson(line) : line),
    flags.has('fail-fast'),
    async (line, text, exit) => {
      complain(words.failed(line, text, exit))
      if (hasJson) await writeJson({ t: 'failed', line, command: text, exit })
    },
  )
  const onSignal = () => batch.stop(words.stopping)
  // each command that runs waits for signals
  process.setMaxListeners(0)
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    await batch.run(linesOf(file), jobs)
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
  const { commands, failed, isStopped, nextLine } = batch
  const exit = isStopped ? EXIT.interrupted : failed > 0 ? EXIT.partial : EXIT.ok
  if (hasJson) await writeJson({ t: 'summary', commands, failed, exit })
  else note(words.summary(commands, failed))
  if (nextLine !== undefined) complain(words.notRun(file, nextLine, ownName(env)))
  return exit
}

/** A command line whose output is JSON, where its command has such a form. */
function withJson(line: readonly string[]): readonly string[] {
  const name = commandOf(line[0] ?? '')
  if (name === undefined || line.includes('--json')) return line
  const { flags }: Command = COMMANDS[name]
  const hasForm = flags.includes('json') || name === 'admin' || name === 'api'
  if (!hasForm) return line
  const end = line.indexOf('--')
  return end === -1 ? [...line, '--json'] : [...line.slice(0, end), '--json', ...line.slice(end)]
}

type OnFailed = (line: number, text: string, exit: ExitCode) => Promise<void>

/** Command lines of which several run at a time. */
class Batch {
  readonly #dispatch: Invocation['dispatch']
  readonly #isFailingFast: boolean
  readonly #onFailed: OnFailed
  #hasFailedFast = false
  commands = 0
  failed = 0
  /** Whether a signal came. */
  isStopped = false
  /** The first line that was not run, counted from 1. */
  nextLine: number | undefined

  constructor(dispatch: Invocation['dispatch'], isFailingFast: boolean, onFailed: OnFailed) {
    this.#dispatch = dispatch
    this.#isFailingFast = isFailingFast
    this.#onFailed = onFailed
  }

  /** The commands that run end as they do at a signal of their own; no other one begins. The second call ends the process. */
  stop(text: string): void {
    if (this.isStopped) process.exit(EXIT.interrupted)
    this.isStopped = true
    note(text)
  }

  /** Throws Failure `fileUnreadable`. */
  async run(lines: AsyncIterable<string>, jobs: number): Promise<void> {
    const active = new Set<Promise<void>>()
    let number = 0
    try {
      for await (const line of lines) {
        number += 1
        if (this.isStopped || this.#hasFailedFast) {
          this.nextLine = number
          return
        }
        const running: Promise<void> = this.#one(number, line).finally(() => active.delete(running))
        active.add(running)
        if (active.size >= jobs) await Promise.race(active)
      }
    } finally {
      await Promise.all(active)
    }
  }

  async #one(number: number, text: string): Promise<void> {
    const words = wordsOf(text)
    const line = words?.[0] === 'bindery' ? words.slice(1) : words
    if (line?.length === 0) return
    this.commands += 1
    const isRefused = line === undefined || REFUSED.has(line[0])
    const exit = isRefused ? EXIT.usage : await amongOthers(() => this.#dispatch(line))
    if (exit === EXIT.ok) return
    this.failed += 1
    this.#hasFailedFast ||= this.#isFailingFast
    await this.#onFailed(number, text, exit)
  }
}
