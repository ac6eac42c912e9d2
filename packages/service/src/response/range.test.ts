import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OssError } from '@bindery/protocol'
import { contentRange, selectRange } from './range.js'

type Expected = readonly [start: number, end: number] | 'whole' | 'refused'

function selected(header: string | undefined, size: number, standard: boolean): Expected {
  try {
    const range = selectRange(header, size, standard)
    return range === undefined ? 'whole' : [range.start, range.end]
  } catch (error) {
    if (error instanceof OssError && error.reason === 'invalidRange') return 'refused'
    throw error
  }
}

const ROWS: readonly (readonly [header: string | undefined, plain: Expected, standard: Expected])[] = [
  [undefined, 'whole', 'whole'],
  ['bytes=0-499', [0, 500], [0, 500]],
  ['bytes=0-0', [0, 1], [0, 1]],
  ['bytes=999-999', [999, 1000], [999, 1000]],
  ['bytes=500-', [500, 1000], [500, 1000]],
  ['bytes=-500', [500, 1000], [500, 1000]],
  ['bytes=-1000', [0, 1000], [0, 1000]],
  ['bytes=500-2000', 'whole', [500, 1000]],
  ['bytes=500-1000', 'whole', [500, 1000]],
  ['bytes=1000-', 'whole', 'refused'],
  ['bytes=1000-2000', 'whole', 'refused'],
  ['bytes=-2000', 'whole', [0, 1000]],
  ['bytes=-0', 'refused', 'refused'],
  ['bytes=500-100', 'whole', 'whole'],
  ['bytes=99999999999999999999-', 'whole', 'refused'],
  ['byte=0-1', 'whole', 'whole'],
  ['bytes=-', 'whole', 'whole'],
  ['bytes=a-b', 'whole', 'whole'],
  ['', 'whole', 'whole'],
  ['bytes=0-9,20-29', [0, 10], [0, 10]],
]

test('a range of an object of 1,000 bytes selects the same bytes as on OSS', () => {
  for (const [header, plain, standard] of ROWS) {
    assert.deepEqual(selected(header, 1000, false), plain, `${header}`)
    assert.deepEqual(selected(header, 1000, true), standard, `${header}, standard`)
  }
})

test('any range of an empty object is the whole object; with standard behaviour only one that counts from the end', () => {
  for (const header of ['bytes=0-', 'bytes=0-9', 'bytes=-5', 'bytes=-0']) {
    assert.equal(selected(header, 0, false), 'whole', header)
    assert.equal(selected(header, 0, true), header === 'bytes=-5' ? 'whole' : 'refused', header)
  }
})

test('Content-Range has inclusive positions', () => {
  assert.equal(contentRange({ start: 0, end: 500 }, 1000), 'bytes 0-499/1000')
})

test('a header of a million spaces is read in steps that grow with its length alone', () => {
  // by steps that grow with the square of the length this would take hours
  const spaces = ' '.repeat(1_000_000)
  for (const header of [`bytes=${spaces}x`, `bytes=1${spaces}x`, `bytes=1-${spaces}x`, `bytes=1-2${spaces}x`]) {
    assert.equal(selectRange(header, 1_000, false), undefined)
  }
  assert.deepEqual(selectRange(`${spaces}bytes${spaces}=${spaces}1${spaces}-${spaces}2${spaces},3-4`, 1_000, false), {
    start: 1,
    end: 3,
  })
})
