// A short run of what `npm run crash` does for as long as one likes; and that its audit sees what it is there to see.

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
import { emptyWorld, replay } from './world.mjs'

const CYCLES = 8
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31)

test(`what a killed server acknowledged is there, and nothing is there by half (seed ${SEED})`, async (t) => {
  assert.ok(canInject(), 'deaths at system calls need strace: apt-get install strace')
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

/** Ledgers that a server which was asked for nothing but `asked` cannot have acknowledged, and what is said of each. */
const LIES = [
  { lie: [{ op: 'put', key: 'other', content: [[3, 0, 5]] }], says: /other is not there/ },
  { lie: [{ op: 'put', key: 'object', content: [[3, 0, 1000]] }], says: /object has 1000 bytes that it never had/ },
  { lie: [{ op: 'remove', key: 'object' }], says: /object has 1000 bytes that it never had/ },
  { lie: [{ op: 'abort' }], says: /the upload \w+ is still there after its abort/ },
  { lie: [{ op: 'complete', key: 'joined', content: [[2, 0, 200_000]] }], says: /joined is not there/ },
  { lie: [{ op: 'part', number: 2, content: [[4, 0, 5]] }], says: /part 2 of \w+ is undefined/ },
  { lie: [{ op: 'part', number: 1, content: [[4, 0, 200_000]] }], says: /part 1 of \w+ is [0-9A-F]{32}/ },
  { lie: [], isMissing: 'upload', says: /nobody began the upload/ },
  { lie: [], isMissing: 'part', says: /nobody sent part 1/ },
]

test('an audit finds whatever a server has lost, kept or mixed up', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'bindery-crash-'))
  const server = await startServer({ folder, args: ['--workers', '1', '--buckets', BUCKET, '--log', 'error'] })
  const client = rawClient(server)
  try {
    const object = { op: 'put', key: 'object', content: [[1, 0, 1000]] }
    const part = { op: 'part', number: 1, content: [[2, 0, 200_000]] }
    await client.put('object', bytesOf(object.content))
    const uploadId = await client.initiate('joined')
    await client.part('joined', uploadId, 1, bytesOf(part.content))
    const truth = [object, { op: 'initiate', key: 'joined' }, part]
    const worldOf = (asks) => {
      const world = emptyWorld()
      const lines = asks.flatMap((ask, n) => {
        const answer = { uploadId, etag: ask.op === 'part' ? etagOf(ask.content) : undefined }
        return [
          { n, ask: { uploadId, ...ask } },
          { n, answer },
        ].map((line) => JSON.stringify(line))
      })
      replay(world, lines.join('\n'))
      return world
    }
    const auditOf = async (asks) => (await auditServer(server, worldOf(asks), () => 0)).faults
    assert.deepEqual(await auditOf(truth), [])
    for (const { lie, isMissing, says } of LIES) {
      const asks = truth.filter(
        (ask) => isMissing === undefined || ask.op === 'put' || (isMissing === 'part' && ask !== part),
      )
      const faults = await auditOf([...asks, ...lie])
      assert.match(faults.join('\n'), says)
    }
  } finally {
    client.agent.destroy()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
