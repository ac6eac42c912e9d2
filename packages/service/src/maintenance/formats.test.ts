import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { encodeCounters, type Row } from '@bindery/storage'
import { manifestRows, objectRows, partRows, SPACES, spaceOf, usageRows } from '../domain/stored/keyspace.js'
import { Manifest } from '../domain/stored/manifest.js'
import { PartTable } from '../domain/stored/part-table.js'
import { entryOf } from './walk.js'

const page = (name: string) => readFile(new URL(`../../../../docs/formats/${name}.md`, import.meta.url), 'utf8')

async function examples(): Promise<Row[]> {
  const [, block = ''] = /```rows\n(.*?)```/s.exec(await page('records')) ?? []
  return block
    .trim()
    .split('\n')
    .map((line) => {
      const at = line.indexOf(' ')
      return { key: Buffer.from(line.slice(0, at), 'hex'), value: valueIn(line.slice(at + 1)) }
    })
}

function valueIn(text: string): Uint8Array {
  if (text === '-') return new Uint8Array()
  return /^[[{]/.test(text) ? Buffer.from(`\x01${text.replace('\\0', '\0')}`) : Buffer.from(text, 'hex')
}

test('the examples on the records page are decoded, and encoded again to the same bytes', async () => {
  const rows = await examples()
  const met = new Set<unknown>()
  for (const row of rows) {
    const space = spaceOf(row.key)
    assert.ok(space)
    const { record, ...names } = entryOf(space, row)
    assert.deepEqual(Buffer.from(space.encode(record)), Buffer.from(row.value))
    assert.deepEqual(Buffer.from(space.key(names)), Buffer.from(row.key))
    met.add(space)
  }
  const missing = SPACES.filter((space) => !met.has(space)).map(({ kind }) => kind)
  assert.deepEqual(missing, [])
})

test('the parts on the page make its manifest, and its rows are decoded to the values on the page', async () => {
  const rows = await examples()
  const of = (space: (typeof SPACES)[number]) => rows.filter(({ key }) => spaceOf(key) === space)
  const parts = of(partRows).map((row) => partRows.decodeRow(row))
  assert.deepEqual(
    parts.map(({ partNumber, size, crc64, bytes }) => [partNumber, size, crc64, bytes.kind]),
    [
      [1, 102_400, 1n, 'blob'],
      [3, 70_000, 2n, 'slices'],
    ],
  )
  const [manifest] = of(manifestRows)
  assert.deepEqual(Buffer.from(Manifest.of(PartTable.of(parts)).stored), Buffer.from(manifest?.value ?? []))
  const [usage] = of(usageRows)
  assert.deepEqual(Buffer.from(encodeCounters([2, 172_400, 2])), Buffer.from(usage?.value ?? []))
  const [object] = of(objectRows)
  assert.ok(object)
  const { key, record } = entryOf(objectRows, object)
  assert.deepEqual([key, record.crc64, record.tagging], ['a/ü', 3n, [['k', 'v']]])
})
