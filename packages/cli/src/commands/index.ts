import type { CommandName, Invocation } from '../command.js'
import type { ExitCode } from '../exit-codes.js'

/** Runs each command. Its module loads then, so that no other command waits for it. */
export const RUN: Readonly<Record<CommandName, (invocation: Invocation) => Promise<ExitCode>>> = {
  serve: async (invocation) => (await import('./serve.js')).serve(invocation),
  connect: async (invocation) => (await import('./connect.js')).connectCommand(invocation),
  health: async (invocation) => (await import('./health.js')).healthCommand(invocation),
  doctor: async (invocation) => (await import('./doctor.js')).doctorCommand(invocation),
  fsck: async (invocation) => (await import('./fsck.js')).fsckCommand(invocation),
  backup: async (invocation) => (await import('./copy.js')).copyCommand('backup', invocation),
  restore: async (invocation) => (await import('./copy.js')).copyCommand('restore', invocation),
  upgrade: async (invocation) => (await import('./upgrade.js')).upgradeCommand(invocation),
  keys: async (invocation) => (await import('./keys.js')).keysCommand(invocation),
  mb: async (invocation) => (await import('./mb.js')).mbCommand(invocation),
  rb: async (invocation) => (await import('./rb.js')).rbCommand(invocation),
  ls: async (invocation) => (await import('./ls.js')).lsCommand(invocation),
  stat: async (invocation) => (await import('./stat.js')).statCommand(invocation),
  cat: async (invocation) => (await import('./cat.js')).catCommand(invocation),
  rm: async (invocation) => (await import('./rm.js')).rmCommand(invocation),
  cp: async (invocation) => (await import('./cp.js')).cpCommand(invocation),
  sync: async (invocation) => (await import('./sync.js')).syncCommand(invocation),
  uploads: async (invocation) => (await import('./uploads.js')).uploadsCommand(invocation),
  sign: async (invocation) => (await import('./sign.js')).signCommand(invocation),
  admin: async (invocation) => (await import('./admin.js')).adminCommand(invocation),
  help: async (invocation) => (await import('./help.js')).helpCommand(invocation),
  version: async (invocation) => (await import('./version.js')).versionCommand(invocation),
}
