// Numbers for people: medians with their spread, tables, and a description of the machine.

import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The machine, its load, and the commit; `dirty` if the files differ from the commit. */
export function describeRun() {
  const commit = execFileSync('git', ['describe', '--always', '--dirty', '--exclude=*'], {
    cwd: root,
    encoding: 'utf8',
  })
  const [cpu] = cpus()
  return {
    date: new Date().toISOString(),
    commit: commit.trim(),
    command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
    processor: cpu?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: execFileSync('uname', ['-sr'], { encoding: 'utf8' }).trim(),
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
  }
}

/** @param {ReturnType<typeof describeRun>} run */
export function machineLine({ processor, cores, memoryGiB, system, node, loadBefore, commit, date }) {
  const machine = `${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}`
  return `${machine}; load before ${loadBefore.toFixed(1)}; commit ${commit}; ${date}`
}

/** The columns of a table, each a function of a run; undefined where a figure is unknown or meaningless. */
const COLUMNS = [
  ['MB/s', 0, ({ bytes, seconds, requests }) => (bytes / requests < 16_384 ? undefined : bytes / seconds / 1e6)],
  ['requests/s', 0, ({ requests, seconds }) => requests / seconds],
  ['p50 ms', 2, ({ p50Ms }) => p50Ms],
  ['p99 ms', 2, ({ p99Ms }) => p99Ms],
  [
    'CPU s/GB',
    2,
    ({ cpuSeconds, bytes, requests }) => (bytes / requests < 16_384 ? undefined : perGb(cpuSeconds, bytes)),
  ],
  [
    'CPU s/1,000',
    3,
    ({ cpuSeconds, requests }) => (cpuSeconds === undefined ? undefined : (cpuSeconds / requests) * 1000),
  ],
  ['memory MB', 0, ({ memoryBytes }) => (memoryBytes === undefined ? undefined : memoryBytes / 1e6)],
  [
    'written kB/request',
    1,
    ({ writtenBytes, requests }) => (writtenBytes === undefined ? undefined : writtenBytes / requests / 1000),
  ],
  [
    'client CPU s/1,000',
    3,
    ({ clientCpuSeconds, requests }) => clientCpuSeconds && (clientCpuSeconds / requests) * 1000,
  ],
  ['then sync s', 2, ({ syncSeconds }) => syncSeconds],
]

function perGb(seconds, bytes) {
  return seconds === undefined ? undefined : seconds / (bytes / 1e9)
}

/** `median [least–most]`, or '–' if there are no values. @param {readonly (number | undefined)[]} values */
export function summary(values, digits = 0) {
  const sorted = values.filter((value) => value !== undefined).toSorted((one, other) => one - other)
  if (sorted.length === 0) return '–'
  const [least, median, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((value) =>
    value.toFixed(digits),
  )
  return least === most ? median : `${median} [${least}–${most}]`
}

/** A table of outcomes in Markdown, grouped by workload. @param {readonly import('./suite.mjs').Outcome[]} outcomes */
export function table(outcomes) {
  const head = ['workload', 'target', ...COLUMNS.map(([name]) => name)]
  const rows = outcomes.map(({ workload, target, runs, failure }) => {
    if (failure !== undefined) return [workload, target, failure.replaceAll(/[|\s]+/g, ' ').slice(0, 160)]
    return [workload, target, ...COLUMNS.map(([, digits, of]) => summary(runs.map(of), digits))]
  })
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
