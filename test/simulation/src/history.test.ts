import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf, shrink } from './campaign.js'
import { contentOf, freshContent } from './contents.js'
import type { Plan } from './generate.js'
import { type Event, explain } from './history.js'
import { EMPTY } from './model-state.js'
import { Names } from './names.js'
import type { Answer, Step } from './steps.js'
import { Violation } from './violation.js'

const [ONE, TWO] = [freshContent(10, 1), freshContent(10, 2)]
const place = 'first/k'

const put = (content: string): Step => ({
  kind: 'put',
  handle: 'u',
  place,
  content,
  forbid: false,
  encryption: undefined,
  meta: '',
  callback: undefined,
})
const get: Step = { kind: 'get', place, version: undefined, range: undefined }
const stored = (content: string) => ({ status: 200, etag: content, crc: contentOf(content).crc64 })
const shown = { type: 'Normal', meta: '', storageClass: 'Standard' }
const read = (content: string): Answer => ({ ...stored(content), ...shown, content, md5: content })
const MISSING = { status: 404, code: 'NoSuchKey' }

function statesAfter(...events: Event[]): readonly (string | undefined)[] {
  return explain(EMPTY, events, new Names()).map(({ state }) => state.objects.get(place)?.content)
}

const event = (began: number, ended: number, step: Step, answer: Answer): Event => ({ step, answer, began, ended })

test('concurrent puts may have come in either order', () => {
  const events = [event(1, 4, put(ONE), stored(ONE)), event(2, 3, put(TWO), stored(TWO))]
  assert.deepEqual(statesAfter(...events).toSorted(), [ONE, TWO].toSorted())
  assert.deepEqual(statesAfter(...events, event(5, 6, get, read(ONE))), [ONE])
})

test('a step that ended before another began comes first', () => {
  const events = [event(1, 2, put(ONE), stored(ONE)), event(3, 4, put(TWO), stored(TWO))]
  assert.deepEqual(statesAfter(...events), [TWO])
  assert.deepEqual(statesAfter(...events, event(5, 6, get, read(ONE))), [])
  assert.deepEqual(statesAfter(event(1, 2, put(ONE), stored(ONE)), event(3, 4, get, MISSING)), [])
})

test('a put with a lost answer happened or did not, and not before it was requested', () => {
  const lost = event(3, 4, put(ONE), 'lost')
  assert.deepEqual(statesAfter(lost), [undefined, ONE])
  assert.deepEqual(statesAfter(lost, event(5, 6, get, MISSING), event(7, 8, get, read(ONE))), [ONE])
  assert.deepEqual(statesAfter(event(1, 2, get, read(ONE)), lost), [])
})

test('a failing plan is shrunk to the steps that cause the failure', async () => {
  const violation = new Violation('it aborts and copies')
  const kindsOf = ({ rounds }: Plan): string[] =>
    rounds.flatMap(({ clients }) => clients.flatMap((wishes) => wishes.map(({ kind }) => kind)))
  const violates = async (plan: Plan): Promise<Violation | undefined> => {
    const kinds = kindsOf(plan)
    return kinds.includes('abort') && kinds.includes('copy') ? violation : undefined
  }
  const plan = planOf('mishaps', 3, 200)
  assert.ok(await violates(plan))
  const { plan: small } = await shrink(plan, violation, violates)
  assert.deepEqual(kindsOf(small).toSorted(), ['abort', 'copy'])
})
