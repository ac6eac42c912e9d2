import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { decodeCounters, type MetadataStore, type Reader, StorageError } from '@bindery/storage'
import { bytesOf, isStorageError, textOf } from '@bindery/storage/testing'
import { openPostgresMetadataStore, type PostgresMetadataStore } from './postgres-metadata-store.js'
import { type PostgresServer, runStatements, startPostgres, withoutPostgres } from './testing/postgres-server.js'

const GATEWAYS = 3

/** Between gateways nothing orders repeats, so that a transaction may conflict too often. */
async function insistently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StorageError && error.kind === 'conflict')) throw error
    }
  }
}

async function inTwoRounds(
  reader: Reader,
): Promise<{ readonly left: string | undefined; readonly right: string | undefined }> {
  const left = textOf(await reader.get(bytesOf('left')))
  return { left, right: textOf(await reader.get(bytesOf('right'))) }
}

describe('several gateways on one database', { skip: withoutPostgres() }, () => {
  let server: PostgresServer
  let url = ''
  let gateways: PostgresMetadataStore[] = []
  before(async () => {
    server = await startPostgres()
    url = await server.database('shared')
    gateways = await Promise.all(
      Array.from({ length: GATEWAYS }, (_, number) =>
        openPostgresMetadataStore({ url, session: `gateway ${number}`, migrate: true }),
      ),
    )
  })
  after(async () => {
    for (const gateway of gateways) await gateway.close()
    await server.dispose()
  })

  const everywhere = (
    times: number,
    work: (gateway: MetadataStore, index: number) => Promise<void>,
  ): Promise<unknown> =>
    Promise.all(
      gateways.flatMap((gateway, number) =>
        Array.from({ length: times }, (_, index) => insistently(() => work(gateway, number * times + index))),
      ),
    )

  const read = async (key: string): Promise<string | undefined> =>
    textOf(await gateways[0]?.read((reader) => reader.get(bytesOf(key))))

  test('no update is lost', async () => {
    await everywhere(15, (gateway) =>
      gateway.transact(async (tx) => {
        const count = Number(textOf(await tx.get(bytesOf('n'))) ?? 0)
        tx.set(bytesOf('n'), bytesOf(String(count + 1)))
      }),
    )
    assert.equal(await read('n'), String(15 * GATEWAYS))
  })

  test('adds are all counted', async () => {
    await everywhere(40, (gateway) => gateway.transact(async (tx) => tx.add(bytesOf('c'), [1, 2])))
    const row = await gateways[1]?.read((reader) => reader.get(bytesOf('c')))
    assert.deepEqual(row && decodeCounters(row), [40 * GATEWAYS, 80 * GATEWAYS])
  })

  test('of those that each found the others absent, one writes', async () => {
    for (let round = 0; round < 20; round += 1) {
      await everywhere(1, (gateway, index) =>
        gateway.transact(async (tx) => {
          const rows = await tx.range(bytesOf(`round ${round} `), bytesOf(`round ${round}~`), { limit: 1 })
          if (rows.length === 0) tx.set(bytesOf(`round ${round} ${index}`), bytesOf('mine'))
        }),
      )
      const all = await gateways[2]?.read((reader) =>
        reader.range(bytesOf(`round ${round} `), bytesOf(`round ${round}~`), { limit: 9 }),
      )
      assert.equal(all?.length, 1)
    }
  })

  test('rounds of one body see one state, whatever other gateways commit between them', async () => {
    let stopped = false
    const writing = (async () => {
      for (let number = 0; !stopped; number += 1) {
        await gateways[0]?.transact(async (tx) => {
          for (const side of ['left', 'right']) tx.set(bytesOf(side), bytesOf(String(number)))
        })
      }
    })()
    for (let round = 0; round < 100; round += 1) {
      const sides = await gateways[1]?.read(inTwoRounds)
      assert.equal(sides?.left, sides?.right)
    }
    stopped = true
    await writing
  })

  test('a gateway whose session was ended commits nothing any more, and is informed', async () => {
    let fencings = 0
    const session = randomBytes(8).toString('hex')
    const zombie = await openPostgresMetadataStore({ url, session, onFenced: () => (fencings += 1) })
    await zombie.transact(async (tx) => tx.set(bytesOf('living'), bytesOf('1')))
    await gateways[0]?.endSession(session)
    for (const key of ['dead', 'deader']) {
      const late = zombie.transact(async (tx) => tx.set(bytesOf(key), bytesOf('1')))
      await assert.rejects(late, isStorageError('fenced'))
    }
    assert.equal(fencings, 1)
    assert.equal(await read('dead'), undefined)
    await zombie.close()
  })

  test('a function that a later release has taken away ends the commits of this one', async () => {
    const other = await server.database('finalised')
    const old = await openPostgresMetadataStore({ url: other, session: 'old', migrate: true })
    await runStatements(other, 'ALTER FUNCTION bindery.commit_3 RENAME TO commit_4')
    await assert.rejects(
      old.transact(async (tx) => tx.set(bytesOf('a'), bytesOf('1'))),
      isStorageError('unavailable'),
    )
    await old.close()
  })
})
