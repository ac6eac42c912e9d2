/** Histories short enough to explore all states that power losses may leave in them. */
import { openLocalBlobStore } from '@bindery/storage-local'
import { type Call, type Lie, systemError } from './disk.js'
import type { Script } from './explore.js'
import type { Life } from './life.js'

const BUFFER_BYTES = 2 * 1024 * 1024
/** Larger than an inline blob. */
const SMALL = 4500
const THREE_PAGES = 9000
const LEFT = new Error('injected: the sender left')

/** Fails the n-th call, from 1, of an operation on paths with this ending. */
function failing(operation: Call['operation'], number: number, ending = ''): () => (call: Call) => Error | undefined {
  return () => {
    let count = 0
    return (call) => {
      if (call.operation !== operation || !call.path.endsWith(ending)) return undefined
      count += 1
      return count === number ? systemError('EIO') : undefined
    }
  }
}

async function writeTwoAtOnce(life: Life): Promise<void> {
  await Promise.all([life.write(SMALL), life.write(THREE_PAGES)])
}

async function writeThenDelete(life: Life): Promise<void> {
  await writeTwoAtOnce(life)
  const [first] = life.ledger.living
  await Promise.all([life.write(SMALL), ...(first === undefined ? [] : [life.delete(first)])])
}

async function deleteAll(life: Life): Promise<void> {
  await writeTwoAtOnce(life)
  await Promise.all(life.ledger.living.map((entry) => life.delete(entry)))
}

/** Deletes as the sweeper of another process does. */
async function deleteFromElsewhere(life: Life): Promise<void> {
  await writeTwoAtOnce(life)
  await life.store.close()
  const sweeper = await openLocalBlobStore({
    folder: life.folder,
    incarnation: 'b1',
    files: life.disk.operations,
    bufferBytes: BUFFER_BYTES,
  })
  for (const entry of life.ledger.living) {
    life.ledger.beginDelete(entry, life.disk.journal.next())
    await sweeper.delete(entry.id ?? '')
    life.ledger.endDelete(entry, life.disk.journal.next())
  }
  await sweeper.close()
}

/** Deletes as a sweeper that was killed and the next one after it do. */
async function deleteAgain(life: Life): Promise<void> {
  await writeTwoAtOnce(life)
  const [first, second] = life.ledger.living
  if (first === undefined || second === undefined) return
  await Promise.all([life.delete(first), life.pause(3).then(() => life.delete(first)), life.delete(second)])
}

async function writeSlowly(life: Life): Promise<void> {
  await Promise.all([life.write(THREE_PAGES, { pieceBytes: 2500, pauseTurns: 3 }), life.write(SMALL)])
}

async function giveUp(life: Life): Promise<void> {
  await Promise.all([
    life.write(THREE_PAGES, { pieceBytes: 2500, pauseTurns: 2, failure: LEFT }),
    life.write(SMALL),
    life.write(SMALL, { pauseTurns: 1, failure: LEFT }),
  ])
}

async function writeAgain(life: Life): Promise<void> {
  await writeTwoAtOnce(life)
  await life.write(SMALL)
}

const HISTORIES: readonly Pick<Script, 'name' | 'run' | 'failing'>[] = [
  { name: 'two concurrent writes', run: writeTwoAtOnce },
  { name: 'a delete during a write', run: writeThenDelete },
  { name: 'everything is deleted', run: deleteAll },
  { name: 'a blob is deleted twice at the same time', run: deleteAgain },
  { name: 'another process deletes everything', run: deleteFromElsewhere },
  { name: 'a slow sender', run: writeSlowly },
  { name: 'senders that give up', run: giveUp },
  { name: 'a failed sync of bytes', run: writeAgain, failing: failing('syncData', 1) },
  { name: 'a failed second sync of bytes', run: writeAgain, failing: failing('syncData', 2) },
  { name: 'a failed sync of a folder of blobs', run: writeAgain, failing: failing('syncFolder', 1, '000000000') },
  { name: 'a failed sync of the folder of an incarnation', run: writeAgain, failing: failing('syncFolder', 1, 'a1') },
  { name: 'a failed write', run: writeAgain, failing: failing('write', 2) },
  { name: 'a failed sync of a deletion', run: deleteAll, failing: failing('syncFolder', 3, '000000000') },
  { name: 'a failed sync of a cleared pack', run: deleteAll, failing: failing('syncData', 2, '.pack') },
  { name: 'a failed clearing', run: deleteAll, failing: failing('clear', 1) },
]

/** A disk that makes nothing durable from the moment when the blobs are written. */
export function deleteInVain(lie: Lie): (life: Life) => Promise<void> {
  return async (life) => {
    await writeTwoAtOnce(life)
    life.disk.lie = lie
    await Promise.all(life.ledger.living.map((entry) => life.delete(entry)))
  }
}

export function writeInVain(lie: Lie): (life: Life) => Promise<void> {
  return async (life) => {
    life.disk.lie = lie
    await writeTwoAtOnce(life)
  }
}

/** Each history with blobs in separate files, and with blobs in packs. */
export const SCRIPTS: readonly Script[] = HISTORIES.flatMap((history) =>
  [false, true].map((canPunch) => ({
    ...history,
    name: `${history.name}, ${canPunch ? 'in packs' : 'in files'}`,
    canPunch,
  })),
)
