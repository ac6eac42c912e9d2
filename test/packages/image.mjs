// The image of deploy/Dockerfile, built and run by buildah without a container engine, and by Podman with the Compose file.

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { placeNode } from '../../tools/release.mjs'
import { CACHE } from '../conformance/support.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const deploy = path.join(root, 'deploy')
const PODMAN_COMPOSE = 'podman-compose==1.6.0'
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

/**
 * Builds the image in a store of its own. The registry of the base need not be reachable: Debian's packages and the Node.js of the release
 * take its place.
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

  /** Runs Podman on the image, and returns its status and output. */
  podman(...args) {
    return spawnSync('podman', args, { encoding: 'utf8', env: this.#engine() })
  }

  /** Runs the services of a Compose file, or what else `args` name. */
  compose(file, ...args) {
    const environment = path.join(CACHE, 'podman')
    const program = path.join(environment, 'bin', 'podman-compose')
    if (!existsSync(program)) {
      execFileSync('python3', ['-m', 'venv', environment])
      execFileSync(path.join(environment, 'bin', 'pip'), ['install', '--quiet', PODMAN_COMPOSE])
    }
    execFileSync(program, ['--file', file, ...args], { stdio: 'pipe', env: this.#engine() })
  }

  /** The variables of Podman for the store of this image, on machines without systemd and with cgroups of both versions. */
  #engine() {
    const file = (name, text) => {
      const written = path.join(this.#folder, name)
      writeFileSync(written, text)
      return written
    }
    return {
      ...process.env,
      DISABLE_HC_SYSTEMD: 'true',
      CONTAINERS_STORAGE_CONF: file(
        'storage.conf',
        `[storage]\ndriver = "vfs"\ngraphroot = "${this.#folder}/store"\nrunroot = "${this.#folder}/run"\n`,
      ),
      CONTAINERS_CONF: file(
        'containers.conf',
        `[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"
[network]\nnetwork_config_dir = "${this.#folder}/networks"\n`,
      ),
    }
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
    const node = path.join(this.#folder, 'node')
    placeNode(node, process.arch)
    this.#buildah('copy', '--quiet', container, node, '/usr/local/bin/node')
    this.#buildah('copy', '--quiet', container, npm, '/usr/local/lib/node_modules/npm')
    const link = ['ln', '-s', '../lib/node_modules/npm/bin/npm-cli.js', '/usr/local/bin/npm']
    this.#buildah('run', '--isolation', 'chroot', container, '--', ...link)
    // registries may be reached by a proxy with a certificate of its own
    if (existsSync(CERTIFICATES)) this.#buildah('copy', '--quiet', container, CERTIFICATES, CERTIFICATES)
    this.#buildah('config', '--env', `NODE_EXTRA_CA_CERTS=${CERTIFICATES}`, container)
    this.#buildah('commit', '--quiet', '--rm', container, name)
    rmSync(system)
    rmSync(node)
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
