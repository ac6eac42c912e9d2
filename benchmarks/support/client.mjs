// A client of one target: prepares requests, and sends many of them with a fixed number in flight.

import { Connection } from './connection.mjs'
import { DIALECTS, pathOf, queryOf } from './signing.mjs'

/**
 * @typedef {object} Ready  a request that is ready to send
 * @property {string} method
 * @property {Buffer} head
 * @property {Buffer | undefined} [body]
 * @property {number} status  the expected status
 * @property {number | undefined} [answerBytes]  the expected length of the response body, if it is known
 *
 * @typedef {object} Drive
 * @property {number} seconds
 * @property {Float64Array} latencies  milliseconds per request, sorted
 * @property {number} bytes  of bodies sent and received
 * @property {number} clientCpuSeconds  the cost of the load generator itself
 */

export class Client {
  #target
  #dialect
  #endpoint
  /** @type {Connection[]} */
  #connections = []

  /** @param {import('./targets.mjs').Target} target */
  constructor(target) {
    this.#target = target
    this.#dialect = DIALECTS[target.dialect]
    this.#endpoint = new URL(target.endpoint)
  }

  /** The prefix of the dialect's own headers: `x-oss-` or `x-amz-`. */
  get prefix() {
    return this.#dialect.prefix
  }

  /**
   * Signs a request and builds its bytes, which can be sent any number of times for some minutes.
   * @param {import('./signing.mjs').Unsigned & { body?: Buffer, status?: number, answerBytes?: number }} request
   * @returns {Ready}
   */
  prepare({ body, status = 200, answerBytes, ...request }) {
    const { host } = this.#endpoint
    const length = body?.length ?? (request.method === 'PUT' || request.method === 'POST' ? 0 : undefined)
    const signed = this.#dialect.sign(request, host, this.#target)
    const headers = { ...signed, host, ...(length !== undefined && { 'content-length': String(length) }) }
    const query = queryOf(request.query ?? [])
    const lines = [
      `${request.method} ${pathOf(request)}${query === '' ? '' : `?${query}`} HTTP/1.1`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ]
    const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
    return { method: request.method, head, body, status, answerBytes }
  }

  /**
   * Sends one request and keeps its response.
   * @param {Parameters<Client['prepare']>[0]} request
   */
  async call(request) {
    const ready = this.prepare(request)
    const received = await this.#connection(0).send(ready, { keep: true })
    check(ready, received, this.#target.name)
    return received
  }

  /**
   * Sends all requests, `inFlight` at a time, each on its own connection. Throws on the first unexpected response.
   * @param {readonly Ready[]} requests
   * @param {number} inFlight
   * @param {{ until?: 'end' | 'first byte' }} [options] what latencies count
   * @returns {Promise<Drive>}
   */
  async drive(requests, inFlight, { until = 'end' } = {}) {
    const latencies = new Float64Array(requests.length)
    let next = 0
    let bytes = 0
    const serve = async (connection) => {
      while (next < requests.length) {
        const index = next++
        const request = requests[index]
        const received = await connection.send(request)
        check(request, received, this.#target.name)
        latencies[index] = until === 'end' ? received.ms : received.firstByteMs
        bytes += received.bytes + (request.body?.length ?? 0)
      }
    }
    const cpu = process.cpuUsage()
    const begin = performance.now()
    await Promise.all(Array.from({ length: inFlight }, (_, index) => serve(this.#connection(index))))
    const seconds = (performance.now() - begin) / 1000
    const { user, system } = process.cpuUsage(cpu)
    return { seconds, latencies: latencies.sort(), bytes, clientCpuSeconds: (user + system) / 1e6 }
  }

  close() {
    for (const connection of this.#connections) connection.close()
    this.#connections = []
  }

  #connection(index) {
    const connection = this.#connections[index] ?? new Connection(this.#endpoint)
    this.#connections[index] = connection
    return connection
  }
}

/** @param {Ready} request @param {import('./connection.mjs').Received} received @param {string} name */
function check({ method, head, status, answerBytes }, received, name) {
  const isRight = received.status === status && (answerBytes === undefined || received.bytes === answerBytes)
  if (isRight) return
  const line = head.latin1Slice(0, head.indexOf(13))
  const expected = `${status}${answerBytes === undefined ? '' : ` and ${answerBytes} bytes`}`
  const what = `${received.status} and ${received.bytes} bytes, not ${expected}: ${received.content.toString('latin1')}`
  throw new Error(`${name} answered ${line || method} with ${what}`)
}
