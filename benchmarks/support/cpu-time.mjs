/** CPU time of processes, which other load on a machine hardly changes. Linux. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { runStatements } from '../../packages/storage-postgres/dist/testing/postgres-server.js'

const TICK_SECONDS = 1 / Number(execFileSync('getconf', ['CLK_TCK']).toString())

/** CPU seconds of a process and those of its children that have ended. @param {number | string} pid */
export function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0) * TICK_SECONDS
}

/** CPU seconds of a server of PostgreSQL: its main process, and all that it has started. @param {string} main its pid */
export function cpuOfDatabase(main) {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === main)
  return [main, ...children].reduce((sum, pid) => sum + cpuOf(pid), 0)
}

/** The pid of the main process of a server of PostgreSQL. @param {string} url of a database @returns {Promise<string>} */
export async function mainProcess(url) {
  const [[file]] = await runStatements(url, "SELECT pg_read_file('postmaster.pid')")
  return file.split('\n')[0]
}

function parentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1]
  } catch {
    return undefined
  }
}
