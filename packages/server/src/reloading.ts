import { isDeepStrictEqual } from 'node:util'
import type { LogLevel } from '@bindery/protocol'
import type { ServerOption } from '@bindery/service'
import { ADJUSTABLE_OPTIONS, type Adjustable, type Config, OPTIONS, type OptionName } from './config.js'
import type { Log } from './log.js'
import { type ExplainedOption, labelOf, sourceOf, withoutSecret } from './read-config.js'

/** The parts of a running server that take over options. */
export interface Adjusted {
  readonly log: Log
  /** Changes the options of every process. */
  readonly adjust: (options: Adjustable) => Promise<void>
}

/** The configuration of a running server, which may be read again. */
export class Reloading {
  readonly #parts: Adjusted
  readonly #started: Config
  #now: Adjustable
  #explained: readonly ExplainedOption[]

  /** `explained`: where the values of the configuration come from. */
  constructor(config: Config, explained: readonly ExplainedOption[], parts: Adjusted) {
    this.#parts = parts
    this.#started = config
    this.#now = config
    this.#explained = explained
  }

  /** Every option as it applies now, with its source. Those that a restart changes are as they were at the start. */
  get explained(): readonly ServerOption[] {
    const level = this.#now.logLevel
    return this.#explained.map((option) => {
      const { name, text } = withoutSecret(option)
      const isSwitched = name === 'logLevel' && text !== level
      const [value, source] = isSwitched ? [level, 'run time'] : [text, sourceOf(option)]
      return { name: labelOf(name), value, source }
    })
  }

  /** The options that may change, as they are now. */
  get options(): Adjustable {
    return this.#now
  }

  async setLogLevel(logLevel: LogLevel): Promise<void> {
    await this.#adjust({ ...this.#now, logLevel })
    this.#parts.log.warn({ level: logLevel }, 'the log level was changed')
  }

  /** Takes over the options that may change, and logs which of the others differ from those at the start. */
  async reload(config: Config, explained: readonly ExplainedOption[]): Promise<void> {
    const changed = namesOf(ADJUSTABLE_OPTIONS.filter((name) => !isDeepStrictEqual(config[name], this.#now[name])))
    await this.#adjust(config)
    this.#explained = this.#explained.map((option) =>
      isAdjustable(option.name) ? (explained.find(({ name }) => name === option.name) ?? option) : option,
    )
    this.#parts.log.warn({ changed }, 'the configuration was read again')
    const fixed = (Object.keys(OPTIONS) as OptionName[]).filter((name) => !isAdjustable(name))
    const restart = namesOf(fixed.filter((name) => !isDeepStrictEqual(config[name], this.#started[name])))
    if (restart.length > 0) this.#parts.log.warn({ options: restart }, 'these options change only by a restart')
  }

  /** Logs that the configuration could not be read again: the one before stays. */
  failed(error: unknown): void {
    this.#parts.log.error({ err: error }, 'the configuration cannot be read again; the one before stays')
  }

  async #adjust(config: Adjustable): Promise<void> {
    const options = Object.fromEntries(ADJUSTABLE_OPTIONS.map((name) => [name, config[name]])) as Adjustable
    this.#now = options
    this.#parts.log.level = options.logLevel
    await this.#parts.adjust(options)
  }
}

function isAdjustable(name: OptionName): boolean {
  return (ADJUSTABLE_OPTIONS as readonly OptionName[]).includes(name)
}

function namesOf(options: readonly OptionName[]): string[] {
  return options.map((name) => OPTIONS[name].variable ?? name)
}
