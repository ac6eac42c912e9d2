/** Locks between processes that share a folder: files that name the process that holds them, and where it runs. */
import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { type FileHandle, link, open, readFile, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds in which a lock that names no process yet is being written. */
const WRITING_MS = 5_000
/** Milliseconds between two signs of life of a holder: longer than the precision of times in any file system. */
const BEAT_MS = 2_500
/** Milliseconds without a sign after which a holder elsewhere is gone. */
const SILENT_MS = 10_000
/** An age in milliseconds at which a sign is that of a holder that is gone, however much the clocks of two machines differ. */
const ANCIENT_MS = 3_600_000

/**
 * Takes a lock; resolves to what releases it, and to undefined while another holder lives. That of a process that is gone is taken over,
 * also where another process has its number now. A holder in another container or on another machine, whose process is not seen here,
 * is known by its signs of life; waiting for one takes up to ten seconds.
 */
export async function lockFile(file: string): Promise<(() => Promise<void>) | undefined> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const handle = await created(file)
    if (handle !== undefined) return releaseOf(file, handle)
    const seen = await seenIn(file)
    if (seen === undefined || !(await isGone(file, seen))) return undefined
    if (!(await isRemoved(file, seen.holder))) return undefined
  }
  return undefined
}

/** The new file of a lock; undefined where there is one. */
async function created(file: string): Promise<FileHandle | undefined> {
  const handle = await open(file, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined
    throw error
  })
  try {
    await handle?.writeFile(`${nameOf(process.pid)} ${PLACE}`)
    return handle
  } catch (error) {
    await handle?.close()
    throw error
  }
}

/** Shows that the holder lives until the lock is released: the file, and not another one of its name. */
function releaseOf(file: string, handle: FileHandle): () => Promise<void> {
  let beating = Promise.resolve()
  const beats = setInterval(() => {
    const now = new Date()
    beating = handle.utimes(now, now).catch(() => {}) // a file system may keep no times
  }, BEAT_MS)
  beats.unref()
  let isHeld = true
  return async () => {
    if (!isHeld) return
    isHeld = false
    clearInterval(beats)
    await beating
    await handle.close()
    await rm(file, { force: true })
  }
}

/** A lock as it was read. */
interface Seen {
  /** Its content; empty while it is being written. */
  readonly holder: string
  /** Milliseconds since 1970 of its last sign of life. */
  readonly sign: number
}

/** Opening the file also has a file server send its present times. Undefined where it is gone. */
async function seenIn(file: string): Promise<Seen | undefined> {
  const handle = await open(file, 'r').catch(() => undefined)
  try {
    if (handle === undefined) return undefined
    const { mtimeMs } = await handle.stat()
    return { holder: await handle.readFile('utf8'), sign: mtimeMs }
  } catch {
    return undefined
  } finally {
    await handle?.close()
  }
}

async function isGone(file: string, { holder, sign }: Seen): Promise<boolean> {
  const [number = '', began, ...place] = holder.split(' ')
  const pid = Number(number)
  if (!Number.isInteger(pid) || pid <= 0) return Date.now() - sign >= WRITING_MS
  if (place.length > 0 && place.join(' ') !== PLACE) return isSilent(file, holder, sign)
  try {
    process.kill(pid, 0)
  } catch (error) {
    // one of another user lives, and may have the number now
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return true
  }
  const present = nameOf(pid).split(' ')[1]
  // where processes of others are hidden, nothing shows when this one began
  return Boolean(began && present) && began !== present
}

/** Whether a holder whose process is not seen here shows no sign of life while this waits. Signs are compared with each other, not with the clock. */
async function isSilent(file: string, holder: string, sign: number): Promise<boolean> {
  if (Math.abs(Date.now() - sign) >= ANCIENT_MS) return true
  for (let waited = 0; waited < SILENT_MS; waited += SILENT_MS / 20) {
    await sleep(SILENT_MS / 20)
    const seen = await seenIn(file)
    if (seen?.holder !== holder || seen.sign !== sign) return false
  }
  return true
}

/** Removes the lock of one holder. That of another process, which was faster, is put back: then false. */
async function isRemoved(file: string, holder: string): Promise<boolean> {
  const aside = `${file}.${randomBytes(6).toString('hex')}.old`
  await rename(file, aside).catch(() => {}) // it is gone
  const found = await readFile(aside, 'utf8').catch(() => undefined)
  const isOther = found !== undefined && found !== holder
  if (isOther) await link(aside, file).catch(() => {}) // a third process has it
  await rm(aside, { force: true })
  return !isOther
}

/** The place of the start time among the fields of `/proc/PID/stat` after the name. */
const FIELD_STARTED = 19

/** A process by its number and, on Linux, by when it began: numbers are used again, in a container soon. */
function nameOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return `${pid} ${text.slice(text.lastIndexOf(')') + 2).split(' ')[FIELD_STARTED] ?? ''}`
  } catch {
    return `${pid} `
  }
}

/** Where the number of a process means the same process: on Linux this start of the machine and the container, elsewhere the machine. */
const PLACE = placeOf()

function placeOf(): string {
  try {
    const start = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    return `${start} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}
