import { watch } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '@bindery/server/local'
import { readArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { transferWordsIn } from '../messages/transfer.js'
import { messagesIn } from '../messages.js'
import { secondsOf } from '../objects/arguments.js'
import { complain, note } from '../objects/output.js'
import { type ClientOf, failureOf, withClients } from '../objects/with-client.js'
import { type Place, placeText } from '../transfer/places.js'
import { type SyncPlan, synchronise, syncPlanOf } from '../transfer/synchronise.js'

/** Between two looks at a prefix; and at a folder, whose events the system may have lost. */
const SECONDS_OF_PREFIX = 10
const SECONDS_OF_FOLDER = 60
/** After an event others are likely to follow at once. */
const SETTLING_MS = 500

/**
 * `bindery mirror FROM TO`: makes a folder or prefix an exact copy of another one; with `--watch` again whenever that has
 * changed, until a signal ends it. Throws Failure.
 */
export async function mirrorCommand(invocation: Invocation): Promise<ExitCode> {
  const parsed = readArguments('mirror', invocation.args, 2)
  const plan = syncPlanOf('mirror', invocation, parsed, true)
  const given = parsed.values.get('interval')
  const seconds =
    given === undefined
      ? plan.from.kind === 'file'
        ? SECONDS_OF_FOLDER
        : SECONDS_OF_PREFIX
      : secondsOf('--interval', given, 86_400)
  return withClients(parsed, invocation.env, async (clientOf) => {
    if (!parsed.flags.has('watch') || parsed.flags.has('dry-run')) return synchronise(clientOf, plan)
    const changes = new Changes(plan.from, seconds * 1_000)
    try {
      return await repeat(clientOf, plan, changes)
    } finally {
      changes.close()
    }
  })
}

/** The first run must succeed; later ones are tried again, because what prevents them may pass. */
async function repeat(clientOf: ClientOf, plan: SyncPlan, changes: Changes): Promise<ExitCode> {
  const { language } = plan.invocation
  const words = transferWordsIn(language)
  const first = await synchronise(clientOf, plan)
  if (first !== EXIT.ok && first !== EXIT.partial) return first
  note(words.watching(placeText(plan.from)))
  while (await changes.next()) {
    try {
      if ((await synchronise(clientOf, plan, true)) === EXIT.interrupted) return EXIT.interrupted
    } catch (error) {
      const failure = failureOf(error, clientOf({}).requester.address.endpoint)
      if (!(failure instanceof Failure)) throw failure
      complain(`bindery: ${messagesIn(language).failure(failure)}`)
    }
  }
  return EXIT.ok
}

/** Waits for a change of a folder, or for the next look at it. SIGINT and SIGTERM end the waiting. */
class Changes {
  readonly #intervalMs: number
  readonly #watcher: ReturnType<typeof watch> | undefined
  readonly #onSignal = () => {
    this.#isEnded = true
    this.#wake.abort()
  }
  #wake = new AbortController()
  #hasChanged = false
  #isEnded = false

  constructor(place: Place, intervalMs: number) {
    this.#intervalMs = intervalMs
    process.on('SIGINT', this.#onSignal)
    process.on('SIGTERM', this.#onSignal)
    if (place.kind !== 'file') return
    this.#watcher = watch(place.path, { recursive: true }, () => {
      this.#hasChanged = true
      this.#wake.abort()
    })
    this.#watcher.on('error', () => {}) // without events the interval remains
  }

  /** Resolves with true when it is time for the next run, and with false after a signal. */
  async next(): Promise<boolean> {
    if (!this.#hasChanged && !this.#isEnded) {
      this.#wake = new AbortController()
      await sleep(this.#intervalMs, undefined, { signal: this.#wake.signal }).catch(() => {})
    }
    if (this.#hasChanged && !this.#isEnded) await sleep(SETTLING_MS)
    this.#hasChanged = false
    return !this.#isEnded
  }

  close(): void {
    process.off('SIGINT', this.#onSignal)
    process.off('SIGTERM', this.#onSignal)
    this.#watcher?.close()
  }
}
