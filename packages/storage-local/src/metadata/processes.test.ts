import assert from 'node:assert/strict'
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { decodeCounters, METADATA_LIMITS, type MetadataStore } from '@bindery/storage'
import { bytesOf, isStorageError, textOf } from '@bindery/storage/testing'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { openLocalMetadataStore, openSharedMetadataStore } from './local-metadata-store.js'
import { openMetadataCommitter } from './metadata-committer.js'
import { METADATA_FILE, openMetadataFile } from './metadata-file.js'
import { ACCOUNTS, accountKey, CHURN_COMMITS, START_BALANCE, transfer } from './testing/worker.js'

const WORKER = fileURLToPath(new URL('./testing/worker.js', import.meta.url))

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = newFolder(t, 'bindery-metadata-')
  return folder
}

function startWorker(t: TestContext, task: string, folder: string): ChildProcess {
  const worker = spawn(process.execPath, [WORKER, task, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  atEnd(t, () => worker.kill('SIGKILL'))
  return worker
}

interface Committing {
  /** A store of this process, whose commits pass through the committer as well. */
  readonly store: MetadataStore
  startWorker(task: string): ChildProcess
}

/** A process that commits for the workers that it starts, one answer after another. */
async function startCommitting(t: TestContext, folder: string): Promise<Committing> {
  const committer = await openMetadataCommitter({ folder })
  const store = await openSharedMetadataStore({ folder, send: committer.commit })
  atEnd(t, async () => {
    await store.close()
    await committer.close()
  })
  const startSharing = (task: string) => {
    const stdio = ['ignore', 'pipe', 'inherit', 'ipc'] as const
    const worker = fork(WORKER, [task, folder], { stdio: [...stdio], serialization: 'advanced' })
    atEnd(t, () => worker.kill('SIGKILL'))
    let last: Promise<unknown> = Promise.resolve()
    worker.on('message', (batch: Uint8Array) => {
      const outcomes = committer.commit(batch)
      last = last.then(async () => worker.connected && worker.send(await outcomes))
    })
    worker.on('exit', () => committer.forgetDeadReaders())
    return worker
  }
  return { store, startWorker: startSharing }
}

function linesOf(worker: ChildProcess): AsyncIterable<string> {
  assert.ok(worker.stdout)
  return createInterface({ input: worker.stdout })
}

async function balances(store: MetadataStore): Promise<number[]> {
  const keys = Array.from({ length: ACCOUNTS }, (_, account) => accountKey(account))
  return store.read(async (reader) => (await reader.getMany(keys)).map((value) => Number(textOf(value))))
}

test('two processes move money at once, and none is lost or made', async (t) => {
  const { store, startWorker } = await startCommitting(t, await temporaryFolder(t))
  await store.transact(async (tx) => {
    for (let account = 0; account < ACCOUNTS; account++) tx.set(accountKey(account), bytesOf(String(START_BALANCE)))
  })
  const exit = once(startWorker('transfer'), 'exit')
  let looking = true
  const looks = (async () => {
    while (looking) {
      const sum = (await balances(store)).reduce((total, balance) => total + balance)
      assert.equal(sum, ACCOUNTS * START_BALANCE)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  })()
  await transfer(store)
  assert.deepEqual(await exit, [0, null])
  looking = false
  await looks
  const transfers = await store.read((reader) => reader.get(bytesOf('transfers')))
  assert.deepEqual(transfers && decodeCounters(transfers), [2 * 8 * 40])
})

test('a transaction that another process outruns in each run gives up after the attempts of the contract', async (t) => {
  const { store, startWorker } = await startCommitting(t, await temporaryFolder(t))
  const worker = startWorker('despair')
  let ended = false
  const exit = once(worker, 'exit').finally(() => {
    ended = true
  })
  const lines: string[] = []
  const output = (async () => {
    for await (const line of linesOf(worker)) lines.push(line)
  })()
  for (let number = 0; !ended; number++) {
    await store.transact(async (tx) => tx.set(bytesOf('hot'), bytesOf(String(number))))
  }
  assert.deepEqual(await exit, [0, null])
  await output
  assert.deepEqual(lines, [`conflict after ${METADATA_LIMITS.attempts} runs`])
  assert.equal(await store.read((reader) => reader.get(bytesOf('mine'))), undefined)
})

test('the file stays whole while two processes commit tens of thousands of times', async (t) => {
  const { store, startWorker } = await startCommitting(t, await temporaryFolder(t))
  const exits = ['churn', 'churn'].map((task) => once(startWorker(task), 'exit'))
  for (const exit of exits) assert.deepEqual(await exit, [0, null])
  const churned = await store.read((reader) => reader.get(bytesOf('churned')))
  assert.deepEqual(churned && decodeCounters(churned), [2 * CHURN_COMMITS])
})

test('what a dead process was reading keeps no space of the file', async (t) => {
  const folder = await temporaryFolder(t)
  const { store, startWorker } = await startCommitting(t, folder)
  const reader = startWorker('linger')
  for await (const line of linesOf(reader)) {
    assert.equal(line, 'reading')
    break
  }
  const exit = once(reader, 'exit')
  reader.kill('SIGKILL')
  await exit
  const overwrite = (value: number) =>
    store.transact(async (tx) => tx.set(bytesOf('big'), new Uint8Array(90_000).fill(value)))
  for (let round = 0; round < 20; round++) await overwrite(round)
  const { size } = await stat(join(folder, METADATA_FILE))
  for (let round = 0; round < 200; round++) await overwrite(round)
  assert.equal((await stat(join(folder, METADATA_FILE))).size, size)
})

test('commits fail, and are not lost sight of, when the process that commits does not answer', async (t) => {
  const folder = await temporaryFolder(t)
  await (await openLocalMetadataStore({ folder })).close()
  const send = () => Promise.reject(new Error('the pipe is broken'))
  const store = await openSharedMetadataStore({ folder, send })
  await assert.rejects(
    store.transact(async (tx) => tx.set(bytesOf('a'), bytesOf('1'))),
    isStorageError('unavailable'),
  )
  assert.equal(await store.read((reader) => reader.get(bytesOf('a'))), undefined)
  await store.close()
})

test('what was acknowledged before a kill -9 is there when the store is opened again', async (t) => {
  const folder = await temporaryFolder(t)
  for (let round = 0; round < 3; round++) {
    const worker = startWorker(t, 'acknowledge', folder)
    const exit = once(worker, 'exit')
    const acknowledged: string[] = []
    for await (const line of linesOf(worker)) {
      acknowledged.push(line)
      if (acknowledged.length === 100 * (round + 1)) worker.kill('SIGKILL')
    }
    assert.deepEqual(await exit, [null, 'SIGKILL'])
    const store = await openLocalMetadataStore({ folder })
    for (let start = 0; start < acknowledged.length; start += 500) {
      const names = acknowledged.slice(start, start + 500)
      const values = await store.read((reader) => reader.getMany(names.map(bytesOf)))
      assert.deepEqual(
        names.filter((_, index) => values[index] === undefined),
        [],
      )
    }
    await store.close()
  }
})

test('a full disk fails the commit only, and the store goes on when there is room', async (t) => {
  const script = 'mount -t tmpfs -o size=10m tmpfs "$0" && exec "$@"'
  const inside = (folder: string, ...command: string[]) =>
    spawnSync('unshare', ['--map-root-user', '--mount', 'sh', '-c', script, folder, ...command], { encoding: 'utf8' })
  const folder = await temporaryFolder(t)
  if (inside(folder, 'true').status !== 0) {
    t.skip('this machine does not allow mounting a small file system')
    return
  }
  const run = inside(folder, process.execPath, WORKER, 'fill', folder)
  assert.equal(run.status, 0, run.stderr)
  assert.match(run.stdout, /^\d+ rows\n$/)
})

test('a failed sync fails its commit, is reported, and stops the store', async (t) => {
  const inject = ['-f', '-o', '/dev/null', '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO:when=5']
  const strace = (...command: string[]) => spawnSync('strace', [...inject, ...command], { encoding: 'utf8' })
  if (strace('true').status !== 0) {
    t.skip('this machine has no strace that may make system calls fail')
    return
  }
  const run = strace(process.execPath, WORKER, 'endure', await temporaryFolder(t))
  assert.equal(run.status, 0, run.stderr)
  assert.match(run.stdout, /^unavailable, reported 1 times, then refused$/m)
})

test('a closed store refuses everything, and may be closed again', async (t) => {
  const store = await openLocalMetadataStore({ folder: await temporaryFolder(t) })
  await store.close()
  await store.close()
  await assert.rejects(async () => store.read(async () => 1), isStorageError('unavailable'))
  await assert.rejects(
    store.transact(async () => 1),
    isStorageError('unavailable'),
  )
})

test('closing waits for the commits that have begun', async (t) => {
  const folder = await temporaryFolder(t)
  const store = await openLocalMetadataStore({ folder })
  const commit = store.transact(async (tx) => tx.set(bytesOf('a'), bytesOf('1')))
  // the body has run, and its commit waits, when the microtasks are done
  await new Promise(setImmediate)
  await store.close()
  await commit
  const again = await openLocalMetadataStore({ folder })
  assert.equal(textOf(await again.read((reader) => reader.get(bytesOf('a')))), '1')
  await again.close()
})

test('a file of another format is refused', async (t) => {
  const folder = await temporaryFolder(t)
  const { root } = await openMetadataFile(folder)
  root.putSync('format', new Uint8Array([2]))
  await root.close()
  await assert.rejects(openLocalMetadataStore({ folder }), isStorageError('unavailable'))
})
