/**
 * Sends the entries of the trail to a program elsewhere, as Standard Webhooks describe it. Entries wait in memory, within bounds: no request
 * waits for the receiver, and what has no room is counted and left out. The trail itself stays complete.
 */
import { createHmac, randomUUID } from 'node:crypto'
import { auditEventOf, type TrailEntry } from '@bindery/service'
import type { Config } from '../config.js'
import type { Log } from '../log.js'
import { counter, gauge, type MetricValues } from '../metrics/metric.js'
import { pause } from '../pause.js'

/** Where entries go, and the secret that signs them. */
export interface AuditWebhookOptions {
  readonly url: string
  /** As a user writes it: a text, or `whsec_` and bytes in base64. */
  readonly secret: string
  readonly log: Log
  /** Milliseconds of the first pause after a failure. Default: 1 s; each further one is twice as long, up to a minute. */
  readonly pauseMs?: number
  /** Milliseconds for which entries are collected before they are sent. Default: 1 s. */
  readonly collectMs?: number
}

/** Entries that wait; further ones are left out. */
const WAITING_MAX = 10_000
/** Bytes of the entries that wait, as JSON. */
const WAITING_BYTES_MAX = 8 * 1024 ** 2
/** Entries of one message. */
const MESSAGE_MAX = 100
const MESSAGE_BYTES_MAX = 256 * 1024
const ANSWER_MS = 10_000
const PAUSE_MS_MAX = 60_000
/** Milliseconds for which the end of a process waits for the receiver. */
const CLOSE_MS = 5_000

/** Sends entries in messages, one at a time. */
export class AuditWebhook {
  readonly #options: AuditWebhookOptions
  readonly #key: Buffer
  /** Aborted when the process begins to end: a pause ends, and a failure is the last one. */
  readonly #closing = new AbortController()
  /** Aborted when it waits no longer. */
  readonly #ending = new AbortController()
  /** Entries as JSON. */
  #waiting: string[] = []
  #bytes = 0
  /** Left out since the last message. */
  #left = 0
  #sent = 0
  #dropped = 0
  #running: Promise<void> | undefined

  constructor(options: AuditWebhookOptions) {
    this.#options = options
    this.#key = keyOf(options.secret)
  }

  /** Adds an entry. Never waits and never throws. */
  readonly add = (entry: TrailEntry): void => {
    const text = JSON.stringify({ Account: entry.account, ...auditEventOf(entry) })
    if (this.#waiting.length >= WAITING_MAX || this.#bytes + text.length > WAITING_BYTES_MAX) {
      if (this.#left === 0)
        this.#options.log.error('entries of the audit webhook are left out: its receiver is too slow')
      this.#left += 1
      this.#dropped += 1
      return
    }
    this.#waiting.push(text)
    this.#bytes += text.length
    this.#running ??= this.#run()
  }

  values(): MetricValues {
    return [
      counter('bindery_audit_webhook_sent_total', 'Control actions that the receiver has taken.', this.#sent),
      counter('bindery_audit_webhook_dropped_total', 'Control actions that were left out.', this.#dropped),
      gauge('bindery_audit_webhook_waiting', 'Control actions that wait to be sent.', this.#waiting.length),
    ]
  }

  /** Sends the rest, for a few seconds; what the receiver does not take is left out. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#ending.abort(), CLOSE_MS)
    this.#closing.abort()
    await this.#running
    clearTimeout(timer)
    const count = this.#waiting.length
    if (count > 0) this.#options.log.error({ count }, 'entries of the audit webhook were not sent before the end')
  }

  async #run(): Promise<void> {
    const { collectMs = 1_000, pauseMs = 1_000 } = this.#options
    await pause(collectMs, this.#closing.signal)
    while (this.#waiting.length > 0 && !this.#ending.signal.aborted) {
      const events = this.#next()
      const left = this.#left
      // the same for each attempt, so that the receiver recognises a repetition
      const id = `msg_${randomUUID()}`
      const body = `{"type":"bindery.audit","timestamp":"${new Date().toISOString()}","data":{"dropped":${left},"events":[${events.join(',')}]}}`
      if (!(await this.#deliver(id, body, pauseMs))) break
      this.#waiting.splice(0, events.length)
      this.#bytes -= events.reduce((sum, { length }) => sum + length, 0)
      this.#left -= left
      this.#sent += events.length
    }
    this.#running = undefined
  }

  /** The entries of the next message. */
  #next(): readonly string[] {
    let bytes = 0
    const events = this.#waiting.slice(0, MESSAGE_MAX)
    const end = events.findIndex(({ length }, index) => {
      bytes += length
      return index > 0 && bytes > MESSAGE_BYTES_MAX
    })
    return end === -1 ? events : events.slice(0, end)
  }

  /** Resolves with true when the receiver has taken a message, and with false when the process ends before. */
  async #deliver(id: string, body: string, pauseMs: number): Promise<boolean> {
    const { log } = this.#options
    for (let attempt = 0; ; attempt += 1) {
      const failure = await this.#post(id, body)
      if (failure === undefined) {
        if (attempt > 0) log.info({ attempt }, 'the receiver of the audit webhook answers again')
        return true
      }
      if (this.#closing.signal.aborted) return false
      if (attempt === 0) log.warn(failure, 'the audit webhook failed; it is repeated')
      const longest = Math.min(PAUSE_MS_MAX, pauseMs * 2 ** Math.min(attempt, 16))
      // so that the processes of a server do not call at once
      await pause(longest * (0.5 + Math.random() / 2), this.#closing.signal)
    }
  }

  /** Resolves with the reason of a failure. */
  async #post(id: string, body: string): Promise<object | undefined> {
    const timestamp = String(Math.floor(Date.now() / 1_000))
    const signature = createHmac('sha256', this.#key).update(`${id}.${timestamp}.${body}`).digest('base64')
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'bindery',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    }
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(ANSWER_MS), this.#ending.signal])
      const answer = await fetch(this.#options.url, { method: 'POST', headers, body, signal, redirect: 'manual' })
      await answer.body?.cancel()
      return answer.ok ? undefined : { status: answer.status }
    } catch (err) {
      return { err }
    }
  }
}

/** The bytes of a secret. */
function keyOf(secret: string): Buffer {
  const [, encoded] = /^whsec_(.+)$/.exec(secret) ?? []
  return encoded === undefined ? Buffer.from(secret) : Buffer.from(encoded, 'base64')
}

/** The webhook that a configuration names. */
export function openAudit(
  { auditWebhook: url, auditWebhookSecret: secret }: Config,
  log: Log,
): AuditWebhook | undefined {
  return url === undefined || secret === undefined ? undefined : new AuditWebhook({ url, secret, log })
}
