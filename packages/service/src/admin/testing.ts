/** Requests of the admin interface for tests. */
import assert from 'node:assert/strict'
import type { AccessKey } from '../access/requester.js'
import { adminRequest, call, type StartedService, type TestRequest } from '../testing/index.js'

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: any JSON
  readonly body: any
}

export async function admin(
  started: StartedService,
  operation: string,
  input: object | string = {},
  more: Partial<TestRequest> = {},
): Promise<Answer> {
  const response = await call(started, { ...adminRequest(operation, input), ...more })
  return { status: response.status, body: JSON.parse(response.text) }
}

/** The answer of a request that must succeed. */
export async function done(
  started: StartedService,
  operation: string,
  input: object = {},
  as?: AccessKey,
): Promise<Answer['body']> {
  const { status, body } = await admin(started, operation, input, as && { as })
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

/** The code of a request that must fail, after its status. */
export async function refused(...asked: Parameters<typeof admin>): Promise<string> {
  const { status, body } = await admin(...asked)
  return `${status} ${body.Code}`
}
