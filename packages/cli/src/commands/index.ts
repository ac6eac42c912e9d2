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
  restore: async (invocation) => (await import('./restore.js')).restoreCommand(invocation),
