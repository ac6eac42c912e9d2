import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { Query, type Signable, signV1, signV4 } from '@bindery/protocol'
import { nodeDigests } from '@bindery/server/local'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { type Server, start } from '../testing/support.js'

const MIB = 1024 * 1024
/** Carried by its record, in a pack, and of one, two and four chunks. */
const SIZES = [1_000, 100_000, MIB, 2 * MIB, 3 * MIB + 70_001]
const agent = new Agent({ keepAlive: true })
const content = Buffer.alloc(Math.max(...SIZES))
for (let at = 0; at + 4 <= content.length; at += 4) content.writeUInt32LE(Math.imul(at + 1, 0x9e3779b1) >>> 0, at)

interface Answer {
  readonly status: number | undefined
  /** Those that do not differ between equal requests. */
  readonly headers: Readonly<Record<string, unknown>>
  readonly bytes: Buffer
}

/** Sends a signed request for an object; only reads that are signed by V4 are known. */
async function ask(
  server: Server,
  key: string,
  signature: 'v1' | 'v4',
  given: Readonly<Record<string, string>>,
  body?: Buffer,
): Promise<Answer> {
  const method = body === undefined ? 'GET' : 'PUT'
  const unsigned: Signable = { method, bucket: 'demo', key, query: new Query([]), headers: given }
  const options = { time: Date.now(), digests: nodeDigests(), region: 'cn-hangzhou' }
  const { headers } = (signature === 'v1' ? signV1 : signV4)(unsigned, server, options)
  const sent = { method, agent, headers: { ...headers, ...(body && { 'content-length': body.length }) } }
  const bytes = await new Promise<Answer>((resolve, reject) => {
    const outgoing = request(`${server.endpoint}/demo/${key}`, sent, (answer) => {
      const { date: _, 'x-oss-request-id': __, 'x-oss-server-time': ___, ...rest } = answer.headers
      buffer(answer).then((all) => resolve({ status: answer.statusCode, headers: rest, bytes: all }), reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
  return bytes
}

test('ranges of known reads are what those are that take all steps, at all borders', async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e6)
  t.diagnostic(`SEED=${seed}`)
  let state = seed + 1
  const below = (end: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * end)
  }
  const server = await start(t, newFolder(t))
  for (const size of SIZES) await ask(server, `k${size}`, 'v4', {}, content.subarray(0, size))
  /** A position, mostly near a border of pages, blocks, chunks or the object. */
  const position = (size: number) => {
    const unit = [4_096, 65_536, 262_144, MIB, size, 1][below(6)] ?? 1
    return Math.max(0, Math.min(size + 1, unit * below(Math.floor(size / unit) + 1) + below(3) - 1))
  }
  for (let round = 0; round < 200; round++) {
    const size = SIZES[below(SIZES.length)] ?? 1
    const [a, b] = [position(size), position(size)]
    const range = [`bytes=${Math.min(a, b)}-${Math.max(a, b)}`, `bytes=${a}-`, `bytes=-${b}`][below(5)]
    const headers = { range: range ?? `bytes=${a}-${Math.min(a + MIB - 1, size - 1)}` }
    const known = await ask(server, `k${size}`, 'v4', headers)
    const all = await ask(server, `k${size}`, 'v1', headers)
    const place = `SEED=${seed} round ${round}: ${headers.range} of ${size}`
    assert.deepEqual([known.status, known.headers], [all.status, all.headers], place)
    assert.ok(known.status === 416 || known.status === 400 || known.bytes.equals(all.bytes), place)
    const shown = /^bytes (\d+)-(\d+)\//.exec(String(known.headers['content-range']))
    if (known.status !== 206 && known.status !== 200) continue
    const expected =
      shown === null ? content.subarray(0, size) : content.subarray(Number(shown[1]), Number(shown[2]) + 1)
    assert.ok(known.bytes.equals(expected), place)
  }
})
