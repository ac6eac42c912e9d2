import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { type Server, send, startWith } from '../testing/support.js'

/** The last metrics of a server, which it stops. */
async function metricsOf(server: Server): Promise<string> {
  const text = await (await fetch(`${server.endpoint}/-/metrics`)).text()
  assert.equal(await server.stop(), 0)
  return text
}

const startMeasured = async (t: TestContext, ...flags: readonly string[]) => startWith(t, newFolder(t), flags)

test('as many buckets as --metrics-buckets states have metrics of their own: those that hold the most', async (t) => {
  const server = await startMeasured(t, '--metrics-buckets', '1', '--buckets', 'demo,empty')
  await send(server, 'PUT', 'object', 'content')
  const text = await metricsOf(server)
  assert.deepEqual(text.match(/^bindery_bucket_.*/gm), [
    'bindery_bucket_storage_bytes{bucket="demo",kind="object"} 7',
    'bindery_bucket_storage_bytes{bucket="demo",kind="version"} 0',
    'bindery_bucket_storage_bytes{bucket="demo",kind="part"} 0',
    'bindery_bucket_storage_objects{bucket="demo"} 1',
    'bindery_bucket_multipart_uploads{bucket="demo"} 0',
  ])
})

test('by default no metric names a bucket', async (t) => {
  const server = await startMeasured(t)
  await send(server, 'PUT', 'object', 'content')
  const text = await metricsOf(server)
  assert.match(text, /^bindery_storage_bytes\{kind="object"\} 7$/m)
  assert.doesNotMatch(text, /demo/)
})

/** The first two columns of the guide's tables: type by name, and labels by name. */
function documented(): { readonly types: Map<string, string>; readonly labels: Map<string, string> } {
  const guide = readFileSync(new URL('../../../../docs/guides/monitoring.md', import.meta.url), 'utf8')
  const [types, labels] = [new Map<string, string>(), new Map<string, string>()]
  for (const [, names = '', type = ''] of guide.matchAll(/^\| (`bindery_.*?) \| (\w+) \|/gm)) {
    for (const [, name = '', label = ''] of names.matchAll(/`(\w+)(?:\{(.*?)\})?`/g)) {
      types.set(name, type)
      labels.set(name, label)
    }
  }
  return { types, labels }
}

/** Metrics that only a cluster has: those of PostgreSQL and of an S3 store. */
const OF_CLUSTERS = /^bindery_(?:commit|blobs)_/

test('the guide lists each metric of a server with its type and labels, and no other', async (t) => {
  const server = await startMeasured(t, '--metrics-buckets', '1')
  await send(server, 'PUT', 'object', 'content')
  await fetch(`${server.endpoint}/no-such-bucket`)
  await fetch(`${server.endpoint}/demo/object`)
  const text = await metricsOf(server)
  const { types, labels } = documented()
  const measured = [...text.matchAll(/^# TYPE (bindery_\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type])
  assert.deepEqual(
    Object.fromEntries(measured.sort()),
    Object.fromEntries([...types].filter(([name]) => !OF_CLUSTERS.test(name)).sort()),
  )
  for (const [, series = '', given = ''] of text.matchAll(/^(bindery_\w+)(?:\{(.*)\})? /gm)) {
    const name = types.has(series) ? series : series.replace(/_(?:bucket|sum|count)$/, '')
    const found = [...given.matchAll(/(\w+)="/g)].map(([, label]) => label).filter((label) => label !== 'le')
    assert.equal(found.join(','), labels.get(name), series)
  }
})
