import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { type Bytes, encodeCounters } from '@bindery/storage'
import { encodeManifest } from '../domain/stored/manifest.js'
import type { PartRecord } from '../domain/stored/model.js'
import { PartTable } from '../domain/stored/part-table.js'
import {
  decodeAutoComplete,
  decodeBucket,
  decodeDocument,
  decodeGarbage,
  decodeIncarnation,
  decodeObject,
  decodePart,
  decodeReceipt,
  decodeUpload,
  encodeAutoComplete,
  encodeBucket,
  encodeDocument,
  encodeGarbage,
  encodeIncarnation,
  encodeObject,
  encodePart,
  encodeReceipt,
  encodeUpload,
} from '../domain/stored/records.js'
import { ROW_KINDS } from '../domain/stored/row-names.js'
import { SPACES, type Space } from './spaces.js'

const page = (name: string) => readFile(new URL(`../../../../docs/formats/${name}.md`, import.meta.url), 'utf8')

interface Example {
  readonly space: Space
  readonly key: Bytes
  readonly value: Bytes
}

async function examples(): Promise<Example[]> {
  const [, block = ''] = /```rows\n(.*?)```/s.exec(await page('records')) ?? []
  return block
    .trim()
    .split('\n')
    .map((line) => {
      const at = line.indexOf(' ')
      const key = Buffer.from(line.slice(0, at), 'hex')
      return { space: key.subarray(0, 1).toString() as Space, key, value: valueIn(line.slice(at + 1)) }
    })
}

function valueIn(text: string): Bytes {
  if (text === '-') return new Uint8Array()
  return /^[[{]/.test(text) ? Buffer.from(`\x01${text.replace('\\0', '\0')}`) : Buffer.from(text, 'hex')
}

const again = {
  b: (value) => encodeBucket(decodeBucket(value)),
  d: (value) => encodeDocument(decodeDocument([value]))[0] ?? value,
  o: (value) => encodeObject(decodeObject(value)),
  u: (value) => encodeUpload(decodeUpload(value) as Parameters<typeof encodeUpload>[0]),
  a: (value) => encodeAutoComplete(decodeAutoComplete(value)),
  p: (value) => encodePart(decodePart(1, value)),
  r: (value) => encodeReceipt(decodeReceipt(value)),
  i: (value) => encodeIncarnation(decodeIncarnation(value)),
  g: (value) => encodeGarbage(decodeGarbage(value)),
} satisfies Partial<Record<Space, (value: Bytes) => Bytes>> as Partial<Record<Space, (value: Bytes) => Bytes>>

test('the examples of the page on records are read, and written again as they are', async () => {
  const rows = await examples()
  for (const { space, key, value } of rows) {
    SPACES[space].decode({ key, value })
    assert.deepEqual(Buffer.from(again[space]?.(value) ?? value), Buffer.from(value))
  }
  assert.deepEqual([...new Set(rows.map(({ space }) => space))].sort(), Object.keys(SPACES).sort())
})

test('the parts of the page make its manifest, and what its rows say is what is read of them', async () => {
  const rows = await examples()
  const of = (space: Space) => rows.filter((row) => row.space === space)
  const parts = of('p').map(({ key, value }) => SPACES.p.decode({ key, value }).record as PartRecord)
  assert.deepEqual(
    parts.map(({ partNumber, size, crc64, bytes }) => [partNumber, size, crc64, bytes.kind]),
    [
      [1, 102_400, 1n, 'blob'],
      [3, 70_000, 2n, 'slices'],
    ],
  )
  const [manifest] = of('m')
  assert.deepEqual(Buffer.from(encodeManifest(PartTable.of(parts))), Buffer.from(manifest?.value ?? []))
  const [usage] = of('s')
  assert.deepEqual(Buffer.from(encodeCounters([2, 172_400, 2])), Buffer.from(usage?.value ?? []))
  const [object] = of('o')
  assert.ok(object)
  const { key, record } = SPACES.o.decode(object)
  assert.deepEqual([key, record.crc64, record.tagging], ['a/ü', 3n, [['k', 'v']]])
})

test('the page on keys holds the table of the code, and every space has a name', async () => {
  const source = await readFile(new URL('../domain/stored/keyspace.js', import.meta.url), 'utf8')
  const table = source
    .split('\n')
    .filter((line) => line.startsWith(' * |'))
    .map((line) => line.slice(3))
  const lines = (await page('keyspace')).split('\n').filter((line) => line.startsWith('|'))
  assert.deepEqual(lines, table)
  assert.deepEqual(Object.keys(ROW_KINDS).sort(), Object.keys(SPACES).sort())
})
