/** The pages of a server in test mode, for tests in other languages. */
import { isDirect, type ServiceRequest, type ServiceResponse } from '@bindery/service'
import { isThisMachine } from '../networks.js'
import { checkRule, type FaultRule } from './fault.js'
import type { TestMode } from './test-mode.js'

const PREFIX = '/-/test/'
const BODY_BYTES_MAX = 1024 * 1024

/** Answers what is below `/-/test/`; undefined for every other request. Only programs on this machine are served. */
export async function answerTests(request: ServiceRequest, mode: TestMode): Promise<ServiceResponse | undefined> {
  const path = request.target.split('?', 1)[0] ?? ''
  if (!path.startsWith(PREFIX)) return undefined
  if (!isThisMachine(request.remoteAddress) || !isDirect(request))
    return testPage(403, { error: 'only for this machine' })
  return answer(`${request.method} ${path.slice(PREFIX.length)}`, request, mode)
}

async function answer(what: string, request: ServiceRequest, mode: TestMode): Promise<ServiceResponse> {
  const { faults } = mode
  if (what === 'GET faults') return testPage(200, faults.list())
  if (what === 'GET requests') return testPage(200, mode.requests)
  if (what === 'GET clock') return testPage(200, { now: mode.clock(), skewMs: mode.skewMs })
  if (what === 'DELETE faults') faults.clear()
  else if (what === 'DELETE requests') mode.forgetRequests()
  else if (what === 'POST faults') faults.add((await bodyOf(request)) as FaultRule)
  else if (what === 'PUT faults') {
    const rules = (await bodyOf(request)) as FaultRule[]
    for (const rule of rules) checkRule(rule)
    faults.clear()
    for (const rule of rules) faults.add(rule)
  } else if (what === 'PUT clock') mode.skewMs = skewIn(await bodyOf(request))
  else return testPage(404, { error: `no ${what}; there are faults, requests and clock` })
  return testPage(200, {})
}

function skewIn(value: unknown): number {
  const { skewMs } = value as { readonly skewMs?: unknown }
  if (typeof skewMs === 'number' && Number.isFinite(skewMs)) return skewMs
  throw new TypeError('skewMs is a number')
}

async function bodyOf({ body }: ServiceRequest): Promise<unknown> {
  const pieces: Buffer[] = []
  let length = 0
  for (;;) {
    await body.ready()
    const buffer = Buffer.alloc(64 * 1024)
    const bytes = await body.read(buffer)
    if (bytes === 0) return JSON.parse(Buffer.concat(pieces).toString())
    length += bytes
    if (length > BODY_BYTES_MAX) throw new RangeError(`the body has more than ${BODY_BYTES_MAX} bytes`)
    pieces.push(buffer.subarray(0, bytes))
  }
}

/** A value as JSON. */
export function testPage(status: number, value: unknown): ServiceResponse {
  const body = Buffer.from(`${JSON.stringify(value)}\n`)
  return {
    status,
    headers: [
      ['Content-Type', 'application/json'],
      ['Cache-Control', 'no-store'],
      ['Content-Length', String(body.length)],
    ],
    body,
    log: { requestId: '' },
  }
}
