// Takes a group off its launch configuration: a template that says the same, and the group switched to its version 1.

import type { CloudAt, CloudOutcome, TemplateVersion } from '../../ports/index.ts'
import { descriptionOf, type MigrationPlan, tokenOf } from './plan-migration.ts'

/**
 * Goes on where another runner was stopped: the template is found again by its name, and a group is switched to what it has
 * already as if to something new. Its machines stay, on the very same image.
 */
export async function migrateGroup(
  at: CloudAt,
  group: string,
  { configuration, templateName }: Pick<Extract<MigrationPlan, { kind: 'to-do' }>, 'configuration' | 'templateName'>,
): Promise<CloudOutcome<TemplateVersion>> {
  const made = await at.createTemplate({
    name: templateName,
    from: configuration,
    description: descriptionOf(configuration),
    clientToken: tokenOf(group, configuration),
  })
  if (!made.ok) return made
  const { templateId, version } = made.value
  const switched = await at.launchFrom(group, { templateId, version })
  if (!switched.ok) return switched
  return isSwitched(at, group, { templateId, version })
}

/** What the group says itself is what counts: somebody else may have written it in the same moment. */
async function isSwitched(at: CloudAt, name: string, template: TemplateVersion): Promise<CloudOutcome<TemplateVersion>> {
  const groups = await at.describeGroups([name])
  if (!groups.ok) return groups
  const source = groups.value.find((one) => one.name === name)?.launchSource
  const isThere =
    source?.kind === 'template' && source.templateId === template.templateId && source.version === String(template.version)
  if (isThere) return { ok: true, value: template }
  const message = `${name} does not launch from version ${template.version} of ${template.templateId}, though it was told to`
  return { ok: false, kind: 'conflict', code: 'GroupChanged', message }
}
