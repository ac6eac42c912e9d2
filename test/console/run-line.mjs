// Runs lines that the console shows, as people paste them into a shell.

import { execFile, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The environment in which `bindery` uses a server. */
function environmentOf({ endpoint, region, accessKeyId, accessKeySecret }) {
  return {
    ...process.env,
    ...{ OSS_ENDPOINT: endpoint, OSS_REGION: region },
    ...{ OSS_ACCESS_KEY_ID: accessKeyId, OSS_ACCESS_KEY_SECRET: accessKeySecret },
    PATH: `${ROOT}:${process.env.PATH}`,
  }
}

/** Runs a line in a shell in `folder`; resolves with its exit code and what it printed. */
export function runLine(server, folder, line) {
  return new Promise((resolve) => {
    execFile('sh', ['-c', line], { cwd: folder, env: environmentOf(server) }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, printed: `${stdout}${stderr}` }),
    )
  })
}

/** Starts `bindery` with arguments; it can be interrupted. */
export function startCommand(server, folder, args) {
  return spawn('bindery', args, { cwd: folder, env: environmentOf(server), stdio: 'ignore' })
}
