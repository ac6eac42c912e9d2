import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, put, type StartedService, startWithBucket } from '../testing/index.js'

const TEXT = Array.from({ length: 100 }, (_, index) => String(index % 10)).join('')

async function start(): Promise<StartedService> {
  const started = await startWithBucket()
  await put(started, 'k', TEXT, { headers: { 'content-type': 'text/x' } })
  return started
}

const several = (started: StartedService, range: string, more: Record<string, string> = {}) =>
  call(started, {
    method: 'GET',
    bucket: BUCKET,
    key: 'k',
    headers: { range, 'x-oss-multi-range-behavior': 'multi-range', ...more },
  })

test('several ranges come in one body, each with its place', async () => {
  const started = await start()
  const answer = await several(started, 'bytes=0-4, 20-20,-3')
  const boundary = answer.headers['x-oss-request-id'] ?? ''
  assert.equal(answer.status, 206)
  assert.equal(answer.headers['content-type'], `multipart/byteranges; boundary=${boundary}`)
  const part = (range: string, text: string) =>
    `\r\n--${boundary}\r\nContent-Type: text/x\r\nContent-Range: bytes ${range}/100\r\n\r\n${text}`
  const expected = `${part('0-4', '01234')}${part('20-20', '0')}${part('97-99', '789')}\r\n--${boundary}--\r\n`
  assert.equal(answer.text, expected)
  assert.equal(answer.headers['content-length'], String(expected.length))
  assert.deepEqual([answer.headers['content-range'], answer.headers['content-md5']], [undefined, undefined])
})

test('more than 50 ranges are refused, and 50 are sent', async () => {
  const started = await start()
  const ranges = (count: number) =>
    `bytes=${Array.from({ length: count }, (_, index) => `${index}-${index}`).join(',')}`
  const refused = await several(started, ranges(51))
  assert.deepEqual(
    [refused.status, element(refused.text, 'Code'), refused.headers['x-oss-ec']],
    [400, 'MultiRangeFailed', '0016-00000110'],
  )
  const sent = await several(started, ranges(50))
  assert.equal(sent.text.split('Content-Range: ').length - 1, 50)
})

test('one range is an ordinary answer, and one outside the object brings the whole, or is cut or refused if so requested', async () => {
  const started = await start()
  const one = await several(started, 'bytes=0-4')
  assert.deepEqual([one.status, one.headers['content-range'], one.text], [206, 'bytes 0-4/100', '01234'])
  const whole = await several(started, 'bytes=0-4,90-200')
  assert.deepEqual([whole.status, whole.text], [200, TEXT])
  const standard = { 'x-oss-range-behavior': 'standard' }
  assert.match((await several(started, 'bytes=0-4,90-200', standard)).text, /Content-Range: bytes 90-99\/100/)
  assert.equal((await several(started, 'bytes=0-4,200-300', standard)).status, 416)
  const first = await call(started, { method: 'GET', bucket: BUCKET, key: 'k', headers: { range: 'bytes=0-4,20-20' } })
  assert.deepEqual([first.status, first.text], [206, '01234'])
})
