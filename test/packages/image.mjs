// The image of deploy/Dockerfile, built and run by buildah without a container engine.

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const deploy = path.join(root, 'deploy')
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

/**
 * Builds the image in a store of its own. The registry of the base need not be reachable: Debian's packages and the Node.js of this
 * machine take its place.
 */
export class Image {
  #folder = mkdtempSync(path.join(tmpdir(), 'bindery-image-'))
  #container

  constructor() {
    const [, base, suite] = /^FROM (node:\S+?-([a-z]+)-slim) AS build$/m.exec(
      readFileSync(path.join(deploy, 'Dockerfile'), 'utf8'),
    )
    this.#makeBase(`docker.io/library/${base}`, suite)
    const ignored = ['--ignorefile', path.join(deploy, 'Dockerfile.dockerignore')]
    const file = ['--file', path.join(deploy, 'Dockerfile'), '--tag', 'localhost/bindery']
    this.#buildah('build', '--pull-never', '--isolation', 'chroot', '--format', 'docker', ...ignored, ...file, root)
    this.#container = this.#buildah('from', '--pull-never', 'localhost/bindery').trim()
  }

  /** The declarations of the image: its user, entry point, command, health check, ports and volumes. */
  get config() {
    return JSON.parse(this.#buildah('inspect', '--type', 'image', 'localhost/bindery')).Docker.config
  }

  /** Runs a program in the image as its user, and returns its status and output. */
  run(command, variables = {}) {
    const [program, ...args] = this.#runCommand(command, variables)
    return spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  }

  /** Starts a program in the image. Resolves with its process id here; `exited` resolves with its exit code and signal. */
  async start(command, variables = {}) {
    const announced = ['sh', '-c', 'echo $$; exec "$@"', 'sh', ...command]
    const [program, ...args] = this.#runCommand(announced, variables)
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(child, 'exit')
    const [pid] = await once(createInterface({ input: child.stdout }), 'line')
    return { pid: Number(pid), exited }
  }

  remove() {
    this.#buildah('rm', '--all')
    this.#buildah('rmi', '--all', '--force')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #makeBase(name, suite) {
    const system = path.join(this.#folder, 'system.tar')
    execFileSync('mmdebstrap', [
      '--quiet',
      '--variant=apt',
      '--dpkgopt=force-unsafe-io',
      '--include=ca-certificates,libstdc++6',
      suite,
      system,
    ])
    const container = this.#buildah('from', 'scratch').trim()
    this.#buildah('add', '--quiet', container, system, '/')
    const npm = path.resolve(realpathSync(path.join(path.dirname(process.execPath), 'npm')), '../..')
    this.#buildah('copy', '--quiet', container, process.execPath, '/usr/local/bin/node')
    this.#buildah('copy', '--quiet', container, npm, '/usr/local/lib/node_modules/npm')
    const link = ['ln', '-s', '../lib/node_modules/npm/bin/npm-cli.js', '/usr/local/bin/npm']
    this.#buildah('run', '--isolation', 'chroot', container, '--', ...link)
    // registries may be reached by a proxy with a certificate of its own
    if (existsSync(CERTIFICATES)) this.#buildah('copy', '--quiet', container, CERTIFICATES, CERTIFICATES)
    this.#buildah('config', '--env', `NODE_EXTRA_CA_CERTS=${CERTIFICATES}`, container)
    this.#buildah('commit', '--quiet', '--rm', container, name)
    rmSync(system)
  }

  #runCommand(command, variables) {
    const env = Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`])
    return ['buildah', ...this.#store(), 'run', '--isolation', 'chroot', ...env, this.#container, '--', ...command]
  }

  #buildah(...args) {
    return execFileSync('buildah', [...this.#store(), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 26,
    })
  }

  #store() {
    const folder = (name) => path.join(this.#folder, name)
    return ['--root', folder('store'), '--runroot', folder('run'), '--storage-driver', 'vfs']
  }
}
