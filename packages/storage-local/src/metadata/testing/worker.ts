import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { type MetadataStore, StorageError, type Transaction } from '@bindery/storage'
import { bytesOf, isStorageError, textOf } from '@bindery/storage/testing'
import type { SentOutcome } from '../commits.js'
import { openLocalMetadataStore, openSharedMetadataStore } from '../local-metadata-store.js'

/** The number of accounts between which the processes of a test move money. */
export const ACCOUNTS = 5
/** The balance of each account at first. */
export const START_BALANCE = 1_000
const LANES = 8
/** Per process; two processes that both wrote to the file failed before the 30,000th commit of both. */
export const CHURN_COMMITS = 15_000

/** The key of an account's row; accounts count from 0. */
export function accountKey(account: number): Uint8Array {
  return bytesOf(`account ${account}`)
}

/** The tasks of a test's process with the store in `folder`; their results go to standard output, line by line. */
const tasks: Readonly<Record<string, (store: MetadataStore, folder: string) => Promise<void>>> = {
  transfer,
  acknowledge,
  despair,
  churn,
  linger,
  fill,
  endure,
}

async function lanes(run: (lane: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: LANES }, (_, lane) => run(lane)))
}

/** Moves money between accounts, several at a time. What others outrun in all its attempts is begun again. */
export async function transfer(store: MetadataStore): Promise<void> {
  await lanes(async (lane) => {
    for (let round = 0; round < 40; round++) {
      const from = accountKey((lane + round) % ACCOUNTS)
      const to = accountKey((lane * 2 + round * 3 + 1) % ACCOUNTS)
      const move = async (tx: Transaction): Promise<void> => {
        const balance = Number(textOf(await tx.get(from)))
        tx.set(from, bytesOf(String(balance - 1)))
        tx.set(to, bytesOf(String(Number(textOf(await tx.get(to))) + 1)))
        tx.add(bytesOf('transfers'), [1])
      }
      while (!(await isCommitted(store, move))) await turn()
    }
  })
}

/** Runs a transaction; false if others outran it in all its attempts. */
function isCommitted(store: MetadataStore, body: (tx: Transaction) => Promise<void>): Promise<boolean> {
  return store.transact(body).then(
    () => true,
    (error) => {
      if (isStorageError('conflict')(error)) return false
      throw error
    },
  )
}

async function acknowledge(store: MetadataStore): Promise<void> {
  await lanes(async (lane) => {
    for (let number = 0; ; number++) {
      const name = `row ${lane} ${number}`
      await store.transact(async (tx) => tx.set(bytesOf(name), bytesOf('v')))
      process.stdout.write(`${name}\n`)
    }
  })
}

/** Tries a transaction that another process outruns in each run, and reports how it ended. */
async function despair(store: MetadataStore): Promise<void> {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  let runs = 0
  const hopeless = store.transact(async (tx) => {
    runs += 1
    const before = await tx.get(bytesOf('hot'))
    // the other process commits while this one stands still, for as long as that takes
    let now = before
    for (let look = 0; look < 2_000 && textOf(now) === textOf(before); look++) {
      Atomics.wait(pause, 0, 0, 5)
      now = await store.read((reader) => reader.get(bytesOf('hot')))
    }
    if (textOf(now) === textOf(before)) throw new Error('a read is older than its call')
    tx.set(bytesOf('mine'), bytesOf('1'))
  })
  const end = await hopeless.then(
    () => 'committed',
    (error) => (error instanceof StorageError ? error.kind : error),
  )
  process.stdout.write(`${end} after ${runs} runs\n`)
}

/** Commits in sizes and numbers after which lmdb, with two writing processes, loses count of its free pages. */
export async function churn(store: MetadataStore): Promise<void> {
  let begun = 0
  await lanes(async () => {
    while (begun < CHURN_COMMITS) {
      const number = begun++
      await store.transact(async (tx) => {
        tx.set(bytesOf(`part ${process.pid} ${number}`), new Uint8Array(860))
        for (let holder = 0; holder < 16; holder++) {
          tx.set(bytesOf(`holder ${holder % 4} ${randomBytes(16).toString('hex')}`), new Uint8Array())
        }
        tx.add(bytesOf('churned'), [1])
        if (number % 1_000 !== 999) return
        tx.set(bytesOf(`manifest ${process.pid} ${number}`), new Uint8Array(80_000))
        tx.delete(bytesOf(`manifest ${process.pid} ${number - 3_000}`))
      })
    }
  })
}

/** Holds a snapshot until the process is killed. */
async function linger(store: MetadataStore): Promise<void> {
  await store.read(async () => {
    writeSync(1, 'reading\n')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })
}

/** Fills a small file system, checks its contents, makes room, and continues. */
async function fill(store: MetadataStore, folder: string): Promise<void> {
  const ballast = join(folder, 'ballast')
  await writeFile(ballast, new Uint8Array(4 * 1024 ** 2))
  const write = (number: number) =>
    store.transact(async (tx) => tx.set(bytesOf(`row ${number}`), new Uint8Array(20_000).fill(number)))
  const kept = (count: number) =>
    store.read(
      async (reader) => (await reader.range(bytesOf('row '), bytesOf('row~'), { limit: 450 })).length === count,
    )
  let rows = 0
  try {
    for (; ; rows++) await write(rows)
  } catch (error) {
    if (!isStorageError('noSpace')(error)) throw error
  }
  if (!(await kept(rows))) throw new Error('the full store does not hold what it acknowledged')
  await rm(ballast)
  for (let more = 0; more < 20; more++, rows++) await write(rows)
  if (!(await kept(rows))) throw new Error('the store does not hold what it acknowledged')
  process.stdout.write(`${rows} rows\n`)
}

/** Writes until the store fails, and reports how it failed. */
async function endure(store: MetadataStore): Promise<void> {
  const failures: unknown[] = []
  for (let number = 0; number < 1_000 && failures.length < 2; number++) {
    const name = bytesOf(`row ${number}`)
    await store.transact(async (tx) => tx.set(name, bytesOf('v'))).catch((error) => failures.push(error))
  }
  try {
    await store.read((reader) => reader.get(bytesOf('row 0')))
  } catch (error) {
    failures.push(error)
  }
  const [first, ...later] = failures
  const refused = later.length === 2 && later.every((error) => error === first)
  const kind = first instanceof StorageError ? first.kind : String(first)
  process.stdout.write(`${kind}, reported ${reports} times, then ${refused ? 'refused' : 'went on'}\n`)
}

/** Sends a batch to the parent process for committing; it answers in order. */
function sendToParent(batch: Uint8Array): Promise<readonly SentOutcome[]> {
  process.send?.(batch)
  return new Promise((resolve) => answers.push(resolve))
}

const answers: ((outcomes: readonly SentOutcome[]) => void)[] = []
let reports = 0
const [, script, task, folder] = process.argv
if (script === import.meta.filename && task !== undefined && folder !== undefined) {
  process.on('message', (outcomes: readonly SentOutcome[]) => answers.shift()?.(outcomes))
  const store = process.connected
    ? await openSharedMetadataStore({ folder, send: sendToParent })
    : await openLocalMetadataStore({ folder, onFatal: () => reports++ })
  await tasks[task]?.(store, folder)
  await store.close()
  if (process.connected) process.disconnect()
}
