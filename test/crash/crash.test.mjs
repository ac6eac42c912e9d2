// A short version of `npm run crash`, and tests that its audit detects lies.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { startServer } from '../support/start-server.mjs'
import { auditServer } from './audit.mjs'
import { BUCKET, rawClient } from './clients.mjs'
import { bytesOf, etagOf } from './contents.mjs'
import { CrashRun, canInject } from './run.mjs'
import { KEPT } from './versions.mjs'
import { emptyWorld, replay } from './world.mjs'

const CYCLES = 8
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31)

test(`everything that a killed server acknowledged exists, and nothing exists in part (seed ${SEED})`, async (t) => {
  assert.ok(canInject(), 'kills at system calls need strace: apt-get install strace')
  const run = new CrashRun({ seed: SEED, inject: true })
  let acknowledged = 0
  for (let number = 1; number <= CYCLES; number += 1) {
    const cycle = await run.cycle()
    t.diagnostic(JSON.stringify({ ...cycle.death, acknowledged: cycle.acknowledged, died: cycle.died }))
    assert.deepEqual(cycle.faults, [], `the folder is kept: ${run.root}`)
    acknowledged += cycle.acknowledged
  }
  assert.ok(acknowledged > CYCLES, 'the clients got hardly anything done')
  assert.deepEqual(await run.settle(), [], `the folder is kept: ${run.root}`)
  run.remove()
})

/** Ledgers with results that the server cannot have acknowledged, and the fault that the audit must report for each. */
const LIES = [
  { lie: [{ op: 'put', key: 'other', content: [[3, 0, 5]] }], says: /other does not exist/ },
  { lie: [{ op: 'put', key: 'object', content: [[3, 0, 1000]] }], says: /object has 1000 bytes that it never had/ },
  {
    lie: [
      {
        op: 'append',
        key: 'log',
        content: [
          [6, 0, 10],
          [7, 0, 5],
        ],
      },
    ],
    says: /log has 10 bytes that it never had/,
  },
  { lie: [{ op: 'remove', key: 'object' }], says: /object has 1000 bytes that it never had/ },
  { lie: [{ op: 'abort' }], says: /the upload \w+ still exists after its abort/ },
  { lie: [{ op: 'complete', key: 'joined', content: [[2, 0, 200_000]] }], says: /joined does not exist/ },
  { lie: [{ op: 'part', number: 2, content: [[4, 0, 5]] }], says: /part 2 of \w+ is undefined/ },
  { lie: [{ op: 'part', number: 1, content: [[4, 0, 200_000]] }], says: /part 1 of \w+ is [0-9A-F]{32}/ },
  { lie: [], isMissing: 'upload', says: /no client started the upload/ },
  { lie: [], isMissing: 'part', says: /no client sent part 1/ },
  {
    lie: [{ op: 'keep', key: 'kept', content: [[8, 0, 5]], version: 'lost' }],
    says: /version lost of kept does not exist/,
  },
  { lie: [{ op: 'keep', key: 'kept', content: [[9, 0, 5]] }], says: /version \w+ of kept has other bytes/ },
  { lie: [{ op: 'forget', key: 'kept' }], says: /no client made version \w+ of kept/ },
]

test('an audit detects everything that a server lost, kept or mixed up', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'bindery-crash-'))
  const server = await startServer({
    folder,
    args: ['--workers', '1', '--buckets', `${BUCKET},${KEPT}`, '--log', 'error'],
  })
  const client = rawClient(server)
  try {
    const object = { op: 'put', key: 'object', content: [[1, 0, 1000]] }
    const log = { op: 'append', key: 'log', content: [[6, 0, 10]] }
    const part = { op: 'part', number: 1, content: [[2, 0, 200_000]] }
    await client.put('object', bytesOf(object.content))
    await client.append('log', 0, bytesOf(log.content))
    const uploadId = await client.initiate('joined')
    await client.part('joined', uploadId, 1, bytesOf(part.content))
    const versions = rawClient(server, KEPT)
    await versions.keepVersions()
    const kept = { op: 'keep', key: 'kept', content: [[7, 0, 5]] }
    const { headers } = await versions.put('kept', bytesOf(kept.content))
    versions.agent.destroy()
    const version = headers['x-oss-version-id']
    const truth = [object, log, kept, { op: 'initiate', key: 'joined' }, part]
    const worldOf = (requests) => {
      const world = emptyWorld()
      const lines = requests.flatMap((request, n) => {
        const etag = request.op === 'part' ? etagOf(request.content) : undefined
        const answer = { uploadId, etag, version: request.version ?? version }
        return [
          { n, request: { uploadId, version, ...request } },
          { n, answer },
        ].map((line) => JSON.stringify(line))
      })
      replay(world, lines.join('\n'))
      return world
    }
    const auditOf = async (requests) => (await auditServer(server, worldOf(requests), () => 0)).faults
    assert.deepEqual(await auditOf(truth), [])
    for (const { lie, isMissing, says } of LIES) {
      const requests = truth.filter(
        (request) =>
          isMissing === undefined ||
          ['put', 'append', 'keep'].includes(request.op) ||
          (isMissing === 'part' && request !== part),
      )
      const faults = await auditOf([...requests, ...lie])
      assert.match(faults.join('\n'), says)
    }
  } finally {
    client.agent.destroy()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
