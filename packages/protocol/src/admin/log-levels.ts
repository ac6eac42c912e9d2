/** The levels of the server's log, from most to least verbose. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
/** A level of the log. */
export type LogLevel = (typeof LOG_LEVELS)[number]
