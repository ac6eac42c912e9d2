import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type MetadataStore, StorageError } from '@bindery/storage'
import { bytesOf, isStorageError, textOf } from '@bindery/storage/testing'
import { openLocalMetadataStore } from '../local-metadata-store.js'

export const ACCOUNTS = 5
export const START_BALANCE = 1_000
const LANES = 8

export function accountKey(account: number): Uint8Array {
  return bytesOf(`account ${account}`)
}

/** What a process of a test does with the store in `folder`; what it has to say goes to standard output, line by line. */
const tasks: Readonly<Record<string, (store: MetadataStore, folder: string) => Promise<void>>> = {
  transfer,
  acknowledge,
  hammer,
  fill,
  endure,
}

async function lanes(run: (lane: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: LANES }, (_, lane) => run(lane)))
}

/** Moves money between accounts, several at a time. */
export async function transfer(store: MetadataStore): Promise<void> {
  await lanes(async (lane) => {
    for (let round = 0; round < 40; round++) {
      const from = accountKey((lane + round) % ACCOUNTS)
      const to = accountKey((lane * 2 + round * 3 + 1) % ACCOUNTS)
      await store.transact(async (tx) => {
        const balance = Number(textOf(await tx.get(from)))
        tx.set(from, bytesOf(String(balance - 1)))
        tx.set(to, bytesOf(String(Number(textOf(await tx.get(to))) + 1)))
        tx.add(bytesOf('transfers'), [1])
      })
    }
  })
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

async function hammer(store: MetadataStore): Promise<void> {
  for (let number = 0; ; number++) {
    await store.transact(async (tx) => tx.set(bytesOf('hot'), bytesOf(String(number))))
    if (number === 0) process.stdout.write('begun\n')
  }
}

/** Fills a small file system, looks at what is there, makes room, and goes on. */
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

/** Writes until the store breaks, and says how it broke. */
async function endure(store: MetadataStore): Promise<void> {
  const failures: unknown[] = []
  for (let number = 0; number < 1_000 && failures.length < 2; number++) {
    const name = bytesOf(`row ${number}`)
    await store.transact(async (tx) => tx.set(name, bytesOf('v'))).catch((error) => failures.push(error))
  }
  await store.read((reader) => reader.get(bytesOf('row 0'))).catch((error) => failures.push(error))
  const [first, ...later] = failures
  const refused = later.length === 2 && later.every((error) => error === first)
  const kind = first instanceof StorageError ? first.kind : String(first)
  process.stdout.write(`${kind}, reported ${reports} times, then ${refused ? 'refused' : 'went on'}\n`)
}

let reports = 0
const [, script, task, folder] = process.argv
if (script === import.meta.filename && task !== undefined && folder !== undefined) {
  const store = await openLocalMetadataStore({ folder, onFatal: () => reports++ })
  await tasks[task]?.(store, folder)
  await store.close()
}
