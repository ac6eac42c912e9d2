/** Power losses under a whole service: the order between the two stores. */
import { audit, type Finding } from '@bindery/service'
import {
  BUCKET,
  call,
  complete,
  initiate,
  type StartedService,
  startService,
  uploadPart,
} from '@bindery/service/testing'
import { createRandom, type Random } from '@bindery/storage'
import { openLocalBlobStore } from '@bindery/storage-local'
import { CommitLog, storeOf } from './commits.js'
import { type CrashState, describeState, keepAsBase, randomState, rootIn } from './crash-state.js'
import { Disk } from './disk.js'
import { BrokenPromise, withFolder } from './explore.js'
import { FolderNode } from './inodes.js'
import { Promises } from './promises.js'
import { randomBytes } from './source.js'

const LIVES = 3
const CLIENTS = 4
const REQUESTS_MAX = 8
const STATES_A_LIFE = 5
const SMALL_SIZES = [0, 500, 4500, 9000]
/** The minimum size of a part that is not the last. */
const PART_BYTES = 100 * 1024
const BUFFER_BYTES = 8 * 1024 * 1024

/** Counters of the exploration. */
export interface Explored {
  states: number
  /**
   * Blobs that take up space until an audit finds them, and that no record names: their deletion was lost and no
   * garbage row is left, or their end was written and not their beginning, which names the owner.
   */
  strays: number
}

interface World {
  readonly disk: Disk
  readonly log: CommitLog
  readonly started: StartedService
  readonly promises: Promises
}

interface Opening {
  readonly folder: string
  readonly root: FolderNode
  readonly canPunch: boolean
  readonly incarnation: string
  readonly writes: ReturnType<CommitLog['writesAt']>
  readonly seed: number
}

/** Runs services one after another on states that power losses left. Throws BrokenPromise. */
export function exploreService(seed: number): Promise<Explored> {
  return withFolder(async (folder) => {
    const random = createRandom(seed)
    const canPunch = random.below(2) === 0
    const explored = { states: 0, strays: 0 }
    let root = new FolderNode()
    let writes: Opening['writes'] = []
    let promises = new Promises()
    for (let life = 0; life < LIVES; life += 1) {
      const opening = { folder, root, canPunch, incarnation: `a${life}`, writes, seed: seed * LIVES + life }
      const world = await open(opening, promises, random)
      await liveAtRandom(world, random)
      const { disk, log } = world
      for (let count = 0; count < STATES_A_LIFE; count += 1) {
        const state = randomState(random, disk.journal, random.below(disk.journal.tick + 1))
        const durable = log.writesAt(state.tick, random.below(log.unansweredAt(state.tick) + 1))
        const left = { ...opening, root: rootIn(disk.journal, disk.root, state), writes: durable }
        const check = { ...left, root: rootIn(disk.journal, disk.root, state), incarnation: `z${life}` }
        const found = await checkAftermath(check, world, state, explored, `--seed ${seed}, service, life ${life}`)
        explored.states += 1
        root = left.root
        writes = durable
        if (count === STATES_A_LIFE - 1) promises = promises.after(found)
      }
    }
    return explored
  })
}

async function open(opening: Opening, promises: Promises, random: Random): Promise<World> {
  const { folder, root, canPunch, incarnation, writes } = opening
  keepAsBase(root)
  const disk = new Disk({ folder, root, canPunch, random })
  const log = new CommitLog(disk.journal, writes)
  const metadata = log.recording(await storeOf(writes))
  const blobs = await openLocalBlobStore({ folder, incarnation, files: disk.operations, bufferBytes: BUFFER_BYTES })
  const started = await startService({ metadata, blobs, seed: opening.seed })
  await started.service.recover([])
  await started.service.ensureBucket(BUCKET, '1000000000000001')
  return { disk, log, started, promises }
}

async function liveAtRandom(world: World, random: Random): Promise<void> {
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let request = random.below(REQUESTS_MAX); request >= 0; request -= 1) {
      await actAtRandom(world, `key-${client}`, random)
    }
  })
  const sweeping = (async () => {
    for (let pass = 0; pass < CLIENTS; pass += 1) await world.started.service.sweep()
  })()
  await Promise.all([...clients, sweeping])
}

async function actAtRandom({ disk, started, promises }: World, key: string, random: Random): Promise<void> {
  const { journal } = disk
  const kind = random.below(6)
  if (kind === 0) {
    const done = promises.begin(key, undefined, journal.next())
    await expectStatus(call(started, { method: 'DELETE', bucket: BUCKET, key }), 204)
    return done(journal.next())
  }
  if (kind === 1) return copy({ disk, started, promises }, key)
  if (kind === 2) {
    const uploadId = await initiate(started, key)
    await uploadPart(started, key, uploadId, 1, randomBytes(random, 5000))
    if (random.below(2) === 0) await call(started, { method: 'DELETE', bucket: BUCKET, key, query: { uploadId } })
    return
  }
  const parts = kind === 3 ? [PART_BYTES, PART_BYTES, 5000].map((size) => randomBytes(random, size)) : undefined
  const content = parts === undefined ? randomBytes(random, SMALL_SIZES[random.below(4)] ?? 0) : Buffer.concat(parts)
  const done = promises.begin(key, content, journal.next())
  if (parts === undefined) await expectStatus(call(started, { method: 'PUT', bucket: BUCKET, key, body: content }), 200)
  else await upload(started, key, parts)
  done(journal.next())
}

async function upload(started: StartedService, key: string, parts: readonly Buffer[]): Promise<void> {
  const uploadId = await initiate(started, key)
  const answers = await Promise.all(parts.map((part, index) => uploadPart(started, key, uploadId, index + 1, part)))
  const listed = answers.map(({ headers }, index) => [index + 1, headers.etag] as const)
  await expectStatus(complete(started, key, uploadId, listed), 200)
}

/** A copy to a key of its own, of the source's current content: only the audit knows the correct result. */
async function copy({ started }: Pick<World, 'started' | 'disk' | 'promises'>, key: string): Promise<void> {
  const headers = { 'x-oss-copy-source': `/${BUCKET}/${key}` }
  const { status } = await call(started, { method: 'PUT', bucket: BUCKET, key: `copy-of-${key}`, headers })
  if (status !== 200 && status !== 404) throw new Error(`a copy was answered ${status}`)
}

async function expectStatus(answer: ReturnType<typeof call>, expected: number): Promise<void> {
  const { status, text } = await answer
  if (status !== expected) throw new Error(`${status} instead of ${expected}: ${text}`)
}

async function checkAftermath(
  opening: Opening,
  { disk: before, promises }: World,
  state: CrashState,
  explored: Explored,
  story: string,
): Promise<Map<string, Buffer | undefined>> {
  const { folder, root, canPunch, incarnation, writes } = opening
  const disk = new Disk({ folder, root, canPunch })
  const metadata = await storeOf(writes)
  const blobs = await openLocalBlobStore({ folder, incarnation, files: disk.operations, bufferBytes: BUFFER_BYTES })
  const found: string[] = []
  const random = createRandom(state.tick)
  const auditing = async (onFinding: (finding: Finding) => void) => {
    const bytesOf = (bytes: number) => randomBytes(random, bytes)
    await audit({ metadata, blobs, random: bytesOf, bytes: true, onFinding })
  }
  await auditing((finding) => {
    if (finding.kind !== 'blobStray') found.push(`the audit finds ${JSON.stringify(finding)}`)
  })
  const started = await startService({ metadata, blobs, seed: state.tick })
  await started.service.recover([])
  while ((await started.service.sweep()).more);
  await auditing((finding) => {
    if (finding.kind === 'blobStray') explored.strays += 1
    else found.push(`after the recovery the audit finds ${JSON.stringify(finding)}`)
  })
  const contents = new Map<string, Buffer | undefined>()
  for (const key of promises.keys) {
    const { status, bytes } = await call(started, { method: 'GET', bucket: BUCKET, key })
    const content = status === 200 ? Buffer.from(bytes) : undefined
    if (status !== 200 && status !== 404) found.push(`${key} is answered ${status}`)
    const allowed = promises.allowedAt(key, state.tick)
    const isAllowed = allowed.some((one) =>
      one === undefined ? content === undefined : content && one.equals(content),
    )
    if (!isAllowed) found.push(`${key} is ${content?.length} bytes, and no acknowledged request explains it`)
    contents.set(key, content)
  }
  await blobs.close()
  if (disk.openFiles > 0) found.push(`${disk.openFiles} files stayed open`)
  if (found.length > 0) throw new BrokenPromise([story, ...found, describeState(before.journal, state)].join('\n'))
  return contents
}
