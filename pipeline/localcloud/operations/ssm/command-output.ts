// How much of a script's output an answer carries, and how what is cut is marked.

import type { Invocation } from '../../store/shell-command.ts'

/** "The first 24,000 characters written by the plugin to stdout", "the first 8,000 … to stderr" [doc: GetCommandInvocation]. */
const longestStdout = 24_000
const longestStderr = 8_000
/** "Output of the plugin execution" is cut at 2,500 characters [doc: CommandPlugin]. */
const longestPlugin = 2_500

/** As the agent marks them (aws/amazon-ssm-agent, iohandler/multiplexer): the mark is part of the length. */
const outputCut = '\n---Output truncated---'
const errorCut = '\n---Error truncated----'
const errorTitle = '\n----------ERROR-------\n'

export function stdoutOf({ stdout }: Invocation): string {
  return cut(stdout, longestStdout, outputCut)
}

export function stderrOf({ stderr }: Invocation): string {
  return cut(stderr, longestStderr, errorCut)
}

/** Both streams in one: the longer is cut for the shorter, and each to a half when both are long. */
export function pluginOutput({ stdout, stderr }: Invocation): string {
  if (stderr === '') return cut(stdout, longestPlugin, outputCut)
  const room = longestPlugin - errorTitle.length
  if (stdout.length + stderr.length <= room) return `${stdout}${errorTitle}${stderr}`
  const half = Math.floor(room / 2)
  const forStdout = stderr.length > half ? Math.min(stdout.length, half) : room - stderr.length
  const forStderr = room - Math.min(stdout.length, forStdout)
  return `${cut(stdout, forStdout, outputCut)}${errorTitle}${cut(stderr, forStderr, errorCut)}`
}

function cut(text: string, longest: number, mark: string): string {
  return text.length <= longest ? text : `${text.slice(0, Math.max(0, longest - mark.length))}${mark}`
}
