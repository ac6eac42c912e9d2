/** Locks between processes of one machine: files that name the process that holds them. */
import { readFileSync } from 'node:fs'
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises'

/** Milliseconds in which a lock that names no process yet is being written. */
const WRITING_MS = 5_000

/**
 * Takes a lock; resolves to what releases it, and to undefined while another holder lives. That of a process that is gone is taken over,
 * also where another process has its number now.
 */
export async function lockFile(file: string): Promise<(() => Promise<void>) | undefined> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    if (await isCreated(file)) {
      let isHeld = true
      return async () => {
        if (isHeld) await rm(file, { force: true })
        isHeld = false
      }
    }
    const holder = await holderOf(file)
    if (holder === undefined || !(await isGone(file, holder))) return undefined
    if (!(await isRemoved(file, holder))) return undefined
  }
  return undefined
}

async function isCreated(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600)
    await handle.writeFile(nameOf(process.pid)).finally(() => handle.close())
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** The content of a lock; undefined where it is gone, empty while it is being written. */
function holderOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined)
}

async function isGone(file: string, holder: string): Promise<boolean> {
  const pid = Number(holder.split(' ', 1)[0])
  if (!Number.isInteger(pid) || pid <= 0) {
    const written = await stat(file).catch(() => undefined)
    return written === undefined || Date.now() - written.mtimeMs >= WRITING_MS
  }
  try {
    process.kill(pid, 0)
  } catch (error) {
    // one of another user lives, and may have the number now
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return true
  }
  const name = nameOf(pid)
  // where processes of others are hidden, the name shows no difference
  return holder.includes(' ') && name.includes(' ') && holder !== name
}

/** Removes the lock of one holder. That of another process, which was faster, is put back: then false. */
async function isRemoved(file: string, holder: string): Promise<boolean> {
  const aside = `${file}.${process.pid}.old`
  await rename(file, aside).catch(() => {}) // it is gone
  const found = await holderOf(aside)
  const isOther = found !== undefined && found !== holder
  if (isOther) await link(aside, file).catch(() => {}) // a third process has it
  await rm(aside, { force: true })
  return !isOther
}

/** A process by its number and, on Linux, by when it began: numbers are used again, in a container soon. */
function nameOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return `${pid} ${text.slice(text.lastIndexOf(')') + 2).split(' ')[FIELD_STARTED] ?? ''}`
  } catch {
    return String(pid)
  }
}

/** The place of the start time among the fields of `/proc/PID/stat` after the name. */
const FIELD_STARTED = 19
