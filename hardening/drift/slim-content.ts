// The pinned content without what a scan does not read, so that it can be sent to a machine in a few dozen kilobytes at a time.

/**
 * A data stream that evaluates as the whole one does: fixes, prose, references and the questionnaire are left out. It is other
 * content, by its digest, so it never gates; drift is asked with it.
 */
export function slimContent(dataStream: string): string {
  return dataStream
    .replace(/<((?:\w+:)?(?:questionnaires|test_actions|questions))>.*?<\/\1>/gs, '')
    .replace(/<((?:xccdf-1\.2:|xccdf:)?(?:fix|rationale|description|warning|reference))(?:[ \n][^>]*)?>.*?<\/\1>/gs, '')
}
