// How many bytes per second can this disk make durable, in files as large as parts? Measured with fio: each file is
// written in pieces of at most 1 MiB and synced when it is closed. A store that acknowledges only durable data cannot
// be faster.
// Usage: node benchmarks/disk.mjs [runs]

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeRun, machineLine, table } from './support/report.mjs'
import { KIB, MIB, sizeName } from './support/sizes.mjs'

const SIZES = [100 * KIB, MIB, 8 * MIB]
const WRITERS = [1, 8]
const BYTES = 256 * MIB
const FILES_MAX = 1000

/** Whether fio is installed. */
export function hasFio() {
  return spawnSync('fio', ['--version']).status === 0
}

/** @param {number} runs @returns {import('./support/suite.mjs').Outcome[]} */
export function measureDisk(runs) {
  return SIZES.flatMap((size) =>
    WRITERS.map((writers) => ({
      workload: `durable files of ${sizeName(size)}, ${writers} at once`,
      target: 'disk (fio)',
      runs: Array.from({ length: runs }, () => writeFiles(size, writers)),
    })),
  )
}

/** @returns {import('./support/suite.mjs').Measured} */
function writeFiles(size, writers) {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-disk-'))
  const files = Math.max(1, Math.floor(Math.min(FILES_MAX, BYTES / size) / writers))
  const job = [
    '--name=durable',
    `--directory=${folder}`,
    '--rw=write',
    `--bs=${Math.min(size, MIB)}`,
    `--filesize=${size}`,
    `--nrfiles=${files}`,
    `--size=${files * size}`,
    `--numjobs=${writers}`,
    '--openfiles=1',
    '--file_service_type=sequential',
    '--create_on_open=1',
    '--fsync_on_close=1',
    '--fallocate=none',
    '--thread',
    '--group_reporting',
    '--output-format=json',
  ]
  try {
    const { stdout, stderr, status } = spawnSync('fio', job, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`fio failed: ${stderr}`)
    return measuredOf(JSON.parse(stdout.slice(stdout.indexOf('{'))).jobs[0], files * writers)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The figures of a fio run: fio reports no latency of whole files, and it leaves nothing to sync. */
function measuredOf({ write, job_runtime: jobMs, usr_cpu: user, sys_cpu: system }, files) {
  return {
    requests: files,
    bytes: write.io_bytes,
    seconds: write.runtime / 1000,
    p50Ms: undefined,
    p99Ms: undefined,
    cpuSeconds: ((jobMs / 1000) * (user + system)) / 100,
    memoryBytes: undefined,
    clientCpuSeconds: undefined,
    syncSeconds: undefined,
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(machineLine(describeRun()))
  console.log(table(measureDisk(Number(process.argv[2] ?? 5))))
}
